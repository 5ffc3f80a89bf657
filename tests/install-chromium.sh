#!/bin/sh
# Finds a Chromium for the browser tests, or installs one: the system's package where that is allowed,
# else the build that Playwright brings.
set -eu
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests …"
    if apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium >/dev/null; then
        exit 0
    fi
fi
echo "Downloading Playwright's Chromium for the browser tests …"
"$1" -m playwright install chromium
