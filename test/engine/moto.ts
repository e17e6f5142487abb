/**
 * Servers that speak AWS's APIs (moto's), on a free port: S3 with AWS's own client, or all services.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import { freePort } from '../support/free-port.js';

export interface Moto {
  url: string;
  s3: S3Client;
  close(): Promise<void>;
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** All services, of which none looks at credentials. */
export interface MotoServices {
  url: string;
  /** Tells moto how something is to behave: `/moto-api/…`. */
  tell(path: string, body: object): Promise<void>;
  close(): Promise<void>;
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  while (!(await fetch(url).catch(() => undefined))) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function kill(server: ChildProcess): Promise<void> {
  const gone = new Promise((done) => server.once('exit', done));
  server.kill('SIGKILL');
  await gone;
}

/** Jobs without Docker; runs of Glue, Batch and Athena go on a state each time they are looked at. */
export async function startMotoServices(): Promise<MotoServices> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const launcher = fileURLToPath(new URL('../aws/moto-services.py', import.meta.url));
  const args = [launcher, '-H', '127.0.0.1', '-p', String(port)];
  const server = spawn('python3', args, { stdio: 'ignore' });
  await answers(url, server);
  const tell = async (path: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const told = await fetch(`${url}/moto-api/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!told.ok) throw new Error(`moto answered ${told.status}: ${await told.text()}`);
  };
  await tell('config', { batch: { use_docker: false }, lambda: { use_docker: false } });
  for (const model of ['glue::job_run', 'batch::job', 'athena::execution']) {
    const transition = { progression: 'manual', times: 1 };
    await tell('state-manager/set-transition', { model_name: model, transition });
  }
  return { url, tell, close: () => kill(server) };
}

/** Also sets the credentials of this process, which the code under test takes from there. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['-H', '127.0.0.1', '-p', String(port)];
  const server: ChildProcess = spawn('moto_server', args, { stdio: 'ignore' });
  await answers(url, server);
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  const before = names.map((name) => [name, process.env[name]] as const);
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  const s3 = new S3Client({
    region: 'us-east-1',
    endpoint: url,
    forcePathStyle: true,
    credentials,
  });
  return {
    url,
    s3,
    async close() {
      // One by one: in an environment that is another object, what Vitest's `stubEnv` sets is never taken out again.
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      s3.destroy();
      await kill(server);
    },
  };
}
