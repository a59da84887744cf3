import type { Command } from 'commander';
import { resolvePath } from '../paths.ts';
import { command, port } from './leaf.ts';

/** Making, serving and checking a node. */
export function addNodeCommands(program: Command): void {
  command(program, 'init <dir>', "make a node: a channel of its own, or a place on another node's")
    .requiredOption('--member <id>', "the organisation's id on the channel, such as ACME")
    .requiredOption('--name <name>', "the organisation's name")
    .option('--join <dir>', 'folder of the node whose channel to join')
    .option('--fabric <profile>', 'connection profile of a channel on Hyperledger Fabric')
    .option('--port <port>', 'port of the API on this machine', port)
    .action(async (dir: string, options) =>
      (await import('../commands-node.ts')).init(resolvePath(dir), {
        ...options,
        ...(options.join === undefined ? {} : { join: resolvePath(options.join) }),
        ...(options.fabric === undefined ? {} : { fabric: resolvePath(options.fabric) }),
      }),
    );
  command(program, 'serve <dir>', 'serve the node: its API, and the ledger to nodes that joined it')
    .option('--port <port>', 'another port than the configured one; 0 takes a free one', port)
    .option('--host <address>', 'address to listen on; 127.0.0.1 unless another is configured')
    .option('--tls-cert <file>', "the node's certificate and those that lead to its root, PEM")
    .option('--tls-key <file>', 'its private key, PEM')
    .option('--client-ca <file>', 'who issues client certificates, PEM; clients then need one')
    .option('--plain-http', 'serve without TLS on an address that others reach')
    .action(async (dir: string, options) =>
      (await import('../serve.ts')).serve(resolvePath(dir), {
        ...options,
        ...(options.tlsCert === undefined ? {} : { tlsCert: resolvePath(options.tlsCert) }),
        ...(options.tlsKey === undefined ? {} : { tlsKey: resolvePath(options.tlsKey) }),
        ...(options.clientCa === undefined ? {} : { clientCa: resolvePath(options.clientCa) }),
      }),
    );
  command(program, 'status <dir>', 'what the node is, and what stands on its ledger').action(
    async (dir: string, options) => (await import('../commands-node.ts')).status(resolvePath(dir), options),
  );
  command(program, 'verify <dir> [record]', 'check the whole ledger, or everything behind one record')
    .option('--head <hash>', 'hash of a block that must be on the chain, as another member gave it')
    .option(
      '--evidence',
      'of a record: missing evidence is a failure too (exit code 5), not only evidence that does not match',
    )
    .action(async (dir: string, record: string | undefined, options) =>
      (await import('../commands-verify.ts')).verify(resolvePath(dir), record, options),
    );
  command(
    program,
    'fsck <dir>',
    'check every file of the node and change nothing: ledger, state, read model, factors, documents, imports, audit log',
  )
    .option('--rebuild', 'first build the state and the read model anew from the log')
    .action(async (dir: string, options) => (await import('../commands-verify.ts')).fsck(resolvePath(dir), options));
  command(program, 'rekey <dir>', "replace the key that wraps every secret of the node's vault").action(
    async (dir: string, options) => (await import('../commands-node.ts')).rekey(resolvePath(dir), options),
  );
  command(program, 'demo', 'three members on this machine: sample bills to proven records')
    .option('--exit', 'end instead of serving')
    .option('--ledger <kind>', "embedded (default), or fabric: needs Fabric's binaries on PATH")
    .option('--dir <dir>', 'keep the nodes in this folder instead of a temporary one')
    .option('--port <port>', 'port of the API; 0 takes a free one', port)
    .action(async (options) =>
      (await import('../demo.ts')).demo({
        ...options,
        ...(options.dir === undefined ? {} : { dir: resolvePath(options.dir) }),
      }),
    );
}
