/**
 * Stands between a worker and its server, and cuts, holds up or swallows what goes through.
 * @module
 */
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * `through`: as if it were not there · `cut`: whoever comes is refused, and what is open is cut · `swallow answers`: the server
 * hears, nobody hears it · a number: milliseconds that everything is held up.
 */
export type LineState = 'through' | 'cut' | 'swallow answers' | number;

export class LineProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets: Set<Socket> = new Set();
  #state: LineState = 'through';

  static async start(target: number): Promise<LineProxy> {
    const proxy = new LineProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  become(state: LineState): void {
    this.#state = state;
    if (state === 'cut') for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    if (this.#state === 'cut') return void client.destroy();
    const server = connect(this.#target, '127.0.0.1');
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        server.destroy();
        this.#sockets.delete(socket);
      });
    }
    const pass = (to: Socket) => (chunk: Buffer) => {
      if (typeof this.#state !== 'number') return void to.write(chunk);
      setTimeout(() => to.write(chunk), this.#state);
    };
    client.on('data', pass(server));
    const back = pass(client);
    server.on('data', (chunk: Buffer) => {
      if (this.#state !== 'swallow answers') back(chunk);
    });
  }
}
