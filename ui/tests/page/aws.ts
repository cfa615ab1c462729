// Somebody in the place of AWS, on a free port of loopback.

import { createServer, request, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from './server';

/** What it says to everything: as a simulator behind it would, or no. */
export type Answers = Server | { status: number; error: string; message: string };

export class Aws {
  private constructor(
    private readonly listener: HttpServer,
    /** May be changed while it listens. */
    public answers: Answers,
  ) {}

  static async start(answers: Answers): Promise<Aws> {
    const listener = createServer();
    const aws = new Aws(listener, answers);
    listener.on('request', (asked, answer) => {
      if ('status' in aws.answers) {
        const { status, error, message } = aws.answers;
        answer.writeHead(status, { 'x-amzn-errortype': error, 'content-type': 'application/json' }).end(JSON.stringify({ message }));
        return;
      }
      // A simulator refuses what bears the mark of another Tsuzuki.
      const { 'x-tsuzuki-hop': _mark, ...headers } = asked.headers;
      const onward = request(aws.answers.url + asked.url, { method: asked.method, headers }, (back) => {
        answer.writeHead(back.statusCode ?? 500, back.headers);
        back.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      asked.pipe(onward);
    });
    await new Promise<void>((listens) => listener.listen(0, '127.0.0.1', listens));
    return aws;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.listener.closeAllConnections();
    await new Promise((closed) => this.listener.close(closed));
  }
}
