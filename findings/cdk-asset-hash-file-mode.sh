#!/usr/bin/env bash
# Tool:      aws-cdk-lib 2.276.0, with constructs 10.8.1. No deployment was run.
# Behaviour: the hash of an asset folder knows neither the mode of a file nor the kind of its line ends. A bootstrap that
#            cannot be executed, the same one with mode 755, and one with CRLF line ends have one and the same hash. A
#            changed word changes it.
# A guess:   the hash stands for all that goes into the zip, where the mode is written and the line ends are kept.
# Matters:   CDK uploads an asset under its hash, and only if that name is not there yet. So a bootstrap that was once
#            deployed without its x bit fails to start; chmod +x and another deploy change nothing, as the name is the
#            same and the function sees no new code. Check the mode before synth.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts aws-cdk-lib@2.276.0 constructs@10.8.1 >/dev/null

cat >probe.js <<'JS'
const fs = require('node:fs');
const { App, Stack } = require('aws-cdk-lib');
const { Asset } = require('aws-cdk-lib/aws-s3-assets');

let folders = 0;
function hash(name, mode, text) {
  const path = `${__dirname}/code${folders++}`;
  fs.mkdirSync(path);
  fs.writeFileSync(`${path}/bootstrap`, text);
  fs.chmodSync(`${path}/bootstrap`, mode);
  const app = new App({ outdir: `${path}.out` });
  const { assetHash } = new Asset(new Stack(app, 'Probe'), 'Code', { path });
  console.log(`${name}: ${assetHash.slice(0, 16)}`);
  return assetHash;
}

const good = hash('mode 755', 0o755, '#!/bin/sh\nexec ./server\n');
const plain = hash('mode 644', 0o644, '#!/bin/sh\nexec ./server\n');
const crlf = hash('mode 755, CRLF', 0o755, '#!/bin/sh\r\nexec ./server\r\n');
const other = hash('mode 755, another word', 0o755, '#!/bin/sh\nexec ./client\n');
if (plain !== good || crlf !== good || other === good) {
  console.error('CHANGED: not what was found before');
  process.exitCode = 1;
}
JS
HOME=$dir node probe.js # CDK keeps a cache in the home folder
