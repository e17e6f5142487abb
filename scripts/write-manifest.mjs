// Writes oclif.manifest.json: what commands there are, so that starting one does not load them all.
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = `${root}oclif.manifest.json`;
// An old manifest would only be read and written again.
rmSync(file, { force: true });
const config = await Config.load({
  root,
  devPlugins: false,
  userPlugins: false,
});
const plugin = config.plugins.get('millrace');
writeFileSync(file, JSON.stringify(plugin.manifest));
