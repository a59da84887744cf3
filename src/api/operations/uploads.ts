import { z } from 'zod';
import { ChannelError, defined } from '../../emissions/index.ts';
import { type Call, operation } from '../operation.ts';
import type { Upload } from '../uploads/uploads.ts';
import { apiRoot } from '../version.ts';

// A server for tus 1.0: core, creation, expiration and termination (https://tus.io/protocols/resumable-upload).
const tag = 'Imports and uploads';
const one = z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/) });
const version = { 'Tus-Resumable': '1.0.0' };
const PROTOCOL = 'tus 1.0.0; send `Tus-Resumable: 1.0.0`.';

function demandVersion({ request }: Pick<Call, 'request'>): void {
  if (request.headers.get('Tus-Resumable') !== '1.0.0')
    throw new ChannelError('REQUEST_INVALID', 'the field Tus-Resumable is not 1.0.0', { where: 'Tus-Resumable' });
}

function whole(request: Request, name: string): number {
  const text = request.headers.get(name) ?? '';
  if (/^(0|[1-9][0-9]{0,14})$/.test(text)) return Number(text);
  throw new ChannelError('REQUEST_INVALID', `the field ${name} is no number of bytes`, { where: name });
}

function headersOf({ length, offset, expires }: Upload): Record<string, string> {
  return {
    ...version,
    'Upload-Offset': String(offset),
    'Upload-Length': String(length),
    'Upload-Expires': new Date(expires).toUTCString(),
  };
}

const createUpload = operation(
  {
    ...{ id: 'createUpload', method: 'POST', path: '/uploads', tag, role: 'operator', status: 201 },
    summary: 'Begin an upload that can be resumed',
    detail: `${PROTOCOL} The field \`Upload-Length\` says how long the file is; of \`Upload-Metadata\` only \`filetype\` and \`filename\` are used; the list of imports names the file by the latter. The upload is used by its id, once, and is kept for a day.`,
  },
  async (call) => {
    const { api, principal, request } = call;
    demandVersion(call);
    const length = whole(request, 'Upload-Length');
    const most = api.access.bodyLimit(principal.role);
    if (length > most)
      throw new ChannelError('BODY_TOO_LARGE', `the upload is of ${length} bytes, ${most} are the most`);
    const upload = await api.uploads.create(principal, length, metadataIn(request.headers.get('Upload-Metadata')));
    return new Response(null, {
      status: 201,
      headers: { ...headersOf(upload), Location: `${apiRoot}/uploads/${upload.id}` },
    });
  },
);

function metadataIn(metadata: string | null): { readonly mediaType?: string; readonly name?: string } {
  const found = new Map(
    (metadata ?? '').split(',').map((pair) => {
      const [name = '', value = ''] = pair.trim().split(' ');
      return [name, Buffer.from(value, 'base64')] as const;
    }),
  );
  return defined({
    mediaType: found.get('filetype')?.toString('latin1'),
    name: found.get('filename')?.toString('utf8'),
  });
}

const readUpload = operation(
  {
    ...{ id: 'readUpload', method: 'HEAD', path: '/uploads/{id}', tag, role: 'operator' },
    summary: 'How much of an upload has come',
    detail: PROTOCOL,
    params: one,
  },
  async ({ api, principal, params }) =>
    new Response(null, { status: 200, headers: headersOf(await api.uploads.find(params.id, principal)) }),
);

const appendUpload = operation(
  {
    ...{ id: 'appendUpload', method: 'PATCH', path: '/uploads/{id}', tag, role: 'operator', status: 204 },
    summary: 'Add bytes to an upload, at the offset that it has',
    detail: `${PROTOCOL} \`Upload-Offset\` says where the bytes belong.`,
    params: one,
    raw: { types: ['application/offset+octet-stream'], streamed: true, description: 'The next bytes of the file.' },
  },
  async (call) => {
    const { api, principal, params, request, stream } = call;
    demandVersion(call);
    const bytes = stream as NonNullable<typeof stream>;
    const upload = await api.uploads.append(params.id, principal, whole(request, 'Upload-Offset'), bytes);
    return new Response(null, { status: 204, headers: headersOf(upload) });
  },
);

const removeUpload = operation(
  {
    ...{ id: 'removeUpload', method: 'DELETE', path: '/uploads/{id}', tag, role: 'operator', status: 204 },
    summary: 'Remove an upload',
    params: one,
  },
  async ({ api, principal, params }) => {
    await api.uploads.remove(params.id, principal);
    return new Response(null, { status: 204, headers: version });
  },
);

export const uploadOperations = { createUpload, readUpload, appendUpload, removeUpload } as const;
