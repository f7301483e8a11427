#!/usr/bin/env bash
# Release binaries with checksums: `scripts/dist.sh v0.1.0`.
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?version}
rm -rf dist; mkdir -p dist
for arch in amd64 arm64; do
  out="dist/linli-$version-linux-$arch"
  scripts/step.sh "go: build linux/$arch" env CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -trimpath -ldflags "-s -w" -o "$out" ./cmd/linli
done
(cd dist && sha256sum linli-* > SHA256SUMS && cat SHA256SUMS)
