#!/usr/bin/env node
// Everything is in src/cli.ts; this file only starts it.
import { main } from '../dist/temporal/src/cli.js';

process.exit(await main(process.argv.slice(2)));
