/**
 * Stands between a client and PostgreSQL, and cuts the line at the commit that it is told to.
 * @module
 */
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Whether the server hears of the commit before the line is cut. */
export type Cut = 'before the server hears it' | 'before the client hears of it';

/** COMMIT as a message of its own: `Q`, length, text (https://www.postgresql.org/docs/15/protocol-message-formats.html). */
const COMMIT = Buffer.from('Q\0\0\0\x0bCOMMIT\0', 'latin1');
/** `S`, length: what a pipeline ends with, and is committed by. */
const SYNC = Buffer.from('S\0\0\0\x04', 'latin1');

export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets: Set<Socket> = new Set();
  #next: Cut | undefined;

  static async start(target: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private constructor(target: number) {
    this.#server = createServer((client) => this.#join(client, connect(target, '127.0.0.1')));
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** The next commit on any line cuts it. */
  cutNext(how: Cut): void {
    this.#next = how;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, server: Socket): void {
    let isMuted = false;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      const cut = chunk.includes(COMMIT) || chunk.includes(SYNC) ? this.#next : undefined;
      if (cut !== undefined) this.#next = undefined;
      if (cut === 'before the server hears it') return void client.destroy();
      isMuted = cut !== undefined;
      server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      // The answer is there, so the server has committed; nobody will hear of it.
      if (isMuted) client.destroy();
      else client.write(chunk);
    });
  }
}
