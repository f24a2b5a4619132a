/** Copies the built functions into the package: from target/lambda, the output folder of cargo lambda, or from $FUNCTIONS. */
import { cpSync, existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { FUNCTIONS } from './dist/lib/index.js';

const from = process.env.FUNCTIONS ?? resolve(import.meta.dirname, '..', '..', 'target', 'lambda');
const to = resolve(import.meta.dirname, 'functions');
rmSync(to, { recursive: true, force: true });
for (const name of FUNCTIONS) {
  const bootstrap = resolve(from, name, 'bootstrap');
  if (!existsSync(bootstrap)) throw new Error(`${bootstrap} is missing: run cargo lambda build --release`);
  cpSync(bootstrap, resolve(to, name, 'bootstrap'));
}
