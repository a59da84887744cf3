import assert from 'node:assert/strict';
import { test } from 'node:test';
import { revokedSerials } from './revocation-list.ts';

// Made by openssl ca -gencrl: without an entry, and with the serial numbers FA1001 and FA1002.
const empty = `-----BEGIN X509 CRL-----
MIGqMFECAQEwCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHdGVzdCBjYRcNMjYxMTIz
MTkzOTMwWhcNMzYxMTIwMTkzOTMwWqAOMAwwCgYDVR0UBAMCAQEwCgYIKoZIzj0E
AwIDSQAwRgIhAORwyGgMX8j+A3WoBidnPibryD44UezOucNWxmayJkGJAiEAlTHH
6mr7QcXxXDYqCfK8kgAvITXWim3n4AR+9le0ke0=
-----END X509 CRL-----
`;
const two = `-----BEGIN X509 CRL-----
MIHZMIGBAgEBMAoGCCqGSM49BAMCMBIxEDAOBgNVBAMMB3Rlc3QgY2EXDTI2MTEy
MzE5MzkzMFoXDTM2MTEyMDE5MzkzMFowLjAVAgQA+hABFw0yNjExMjMxOTM5MzBa
MBUCBAD6EAIXDTI2MTEyMzE5MzkzMFqgDjAMMAoGA1UdFAQDAgECMAoGCCqGSM49
BAMCA0cAMEQCIHpN5b2oo7ofy9GXuexjJsCcTlUsNpS7TOML3ihT8FUnAiBsqqif
Obw47wWQ6sRBo3v/vOiHxPRxEGu1HFprEUvj1Q==
-----END X509 CRL-----
`;

test('the serial numbers of a revocation list, from PEM or DER', () => {
  assert.deepEqual(revokedSerials(Buffer.from(empty)), []);
  assert.deepEqual(revokedSerials(Buffer.from(two)), ['fa1001', 'fa1002']);
  const der = Buffer.from(two.replaceAll(/-----.*-----/g, ''), 'base64');
  assert.deepEqual(revokedSerials(der), ['fa1001', 'fa1002']);
});

test('a cut list is refused, not taken for an empty one', () => {
  const der = Buffer.from(two.replaceAll(/-----.*-----/g, ''), 'base64');
  assert.throws(() => revokedSerials(der.subarray(0, 100)), RangeError);
});
