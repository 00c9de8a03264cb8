#!/usr/bin/env bash
# Makes sure that what a goal of the Makefile needs is there: installs it on Debian and Ubuntu where it may, and says
# exactly what to run where it may not. Usage: ground.sh demo|test|screenshots. Exit code 2: something is missing.
set -euo pipefail

goal=${1:?usage: ground.sh demo|test}
rust=1.95
PATH="$PATH:$HOME/.cargo/bin"

say() { echo "savoir: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

packages=()
have cmake || packages+=(cmake)                                          # whisper.cpp, libopus
have cc || packages+=(gcc)                                               # SQLite, ring, and every linking
have c++ || packages+=(g++)                                              # whisper.cpp
[ -e /usr/include/stdlib.h ] || packages+=(libc6-dev)                    # a compiler without its library's headers
if [ "$goal" = test ] && ! have postgres && ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
    packages+=(postgresql)                                               # the tests start a server of their own
fi
# A browser that the tests can drive. A snap is none: it sees none of their folders.
drivable() {
    local program
    program=$(command -v "$1") && [[ $(readlink -f "$program") != *snap* ]] && ! head -c 9999 "$program" | grep -aq /snap/bin/
}
if [ "$goal" != demo ] && [ "${SAVOIR_REQUIRE_BROWSER:-1}" = 1 ]; then
    browser=()
    drivable chromium || drivable chromium-browser || browser+=(chromium)  # the pages, as people see them
    drivable chromedriver || browser+=(chromium-driver)
    if [ ${#browser[@]} -gt 0 ] && grep -qs '^ID=ubuntu' /etc/os-release; then
        say "missing: ${browser[*]}. Ubuntu's own packages only hand over to a snap, which cannot see the tests' folders."
        echo "    Have chromium and chromedriver, of one version and no snaps, in PATH; Debian's packages, rebuilt for Ubuntu, are in" >&2
        echo "    sudo add-apt-repository ppa:xtradeb/apps && sudo apt-get update && sudo apt-get install chromium chromium-driver" >&2
        echo "    Or leave out what needs them: make $goal SAVOIR_REQUIRE_BROWSER=0" >&2
        exit 2
    fi
    packages+=("${browser[@]}")
    fonts=(/usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts")
    [ -n "$(find -L "${fonts[@]}" -name '*.[to]tf' -print -quit 2>/dev/null)" ] || packages+=(fonts-dejavu-core)
fi

if [ ${#packages[@]} -gt 0 ]; then
    # Without their recommendations the compilers come without libc6-dev, and PostgreSQL without what it does not need.
    [[ " ${packages[*]} " == *" gcc "* || " ${packages[*]} " == *" g++ "* ]] && packages+=(libc6-dev)
    if ! have apt-get; then
        say "missing: ${packages[*]} (names of the Debian packages). Install them with this system's package manager, then run make $goal again."
        exit 2
    elif [ "$(id -u)" = 0 ]; then
        as_root=()
    elif have sudo && sudo -n true 2>/dev/null; then
        as_root=(sudo)
    else
        say "missing: ${packages[*]}. Run this, then make $goal again:"
        echo "    sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${packages[*]}" >&2
        exit 2
    fi
    say "installing with apt-get: ${packages[*]}"
    if ! { "${as_root[@]}" apt-get update -qq >&2 &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install --yes -qq --no-install-recommends "${packages[@]}" >&2; }; then
        say "apt-get failed, as it says above. Install these, then run make $goal again: ${packages[*]}"
        exit 2
    fi
fi

if ! have cargo; then
    say "missing: Rust $rust or newer. Install it as https://rustup.rs says, then run make $goal again:"
    echo "    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile default" >&2
    exit 2
fi
found=$(rustc --version | cut -d ' ' -f 2)
if [ "$(printf '%s\n' "$rust" "$found" | sort -V | head -n 1)" != "$rust" ]; then
    say "Rust $rust or newer is needed, $found is here. Run this, then make $goal again:"
    echo "    rustup update stable" >&2
    exit 2
fi
if [ "$goal" = test ]; then
    for component in rustfmt clippy; do
        have "cargo-${component/rustfmt/fmt}" && cargo "${component/rustfmt/fmt}" --version >/dev/null 2>&1 && continue
        if ! have rustup; then
            say "missing: $component, a component of Rust. Install it the way this Rust was installed, then run make $goal again."
            exit 2
        fi
        say "installing with rustup: $component"
        rustup component add "$component" >&2
    done
fi
