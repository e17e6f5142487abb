// Stands for the topic: prints what would be sent.
import { randomUUID } from 'node:crypto';

export async function handler({ TopicArn, Message }) {
  console.log(`to ${TopicArn.split(':').at(-1)}: ${Message}`);
  return { MessageId: randomUUID() };
}
