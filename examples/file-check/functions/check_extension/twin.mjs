// The same as index.py, for machines without Python.
import { basename, extname } from 'node:path';

export async function handler(event) {
  const name = basename(event.detail.object.key);
  const extension = extname(name).toLowerCase();
  console.log(`${name} has the extension ${extension || '(none)'}`);
  return { bucket: event.detail.bucket.name, file_name: name, file_extension: extension };
}
