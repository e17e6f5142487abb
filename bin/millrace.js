#!/usr/bin/env node
// Everything is in src/cli; this file only starts it.
import { run } from '../dist/cli/main.js';

await run(process.argv.slice(2), import.meta.url);
