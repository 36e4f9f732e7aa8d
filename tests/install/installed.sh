#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# installed.sh SOURCE BUILD: installs into a folder, moves that folder away, and uses what is there
# as a stranger would: the program with sources and build folder hidden, the library by pkg-config.
set -u
source=$1 build=$2
passed=0 failed=0 skipped=0
temp=$(mktemp -d "${TMPDIR:-/tmp}/fathom-install-XXXXXX")
trap 'rm -rf "$temp"' EXIT
export HOME="$temp/home"
unset FATHOM_MODELS FATHOM_CACHE XDG_DATA_HOME XDG_CACHE_HOME LD_LIBRARY_PATH

# check WHAT COMMAND...
check() {
    what=$1
    shift
    if "$@" >"$temp/said" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $what"
        sed 's/^/    /' "$temp/said"
    fi
}

skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

all_there() {
    pages=''
    ! command -v cmark-gfm >/dev/null || pages=share/doc/fathom/html/index.html
    for name in $pages bin/fathom include/fathom/fathom.h include/fathom/param.h include/fathom/status.h \
        share/man/man1/fathom.1 share/bash-completion/completions/fathom.bash \
        share/zsh/site-functions/_fathom share/fish/vendor_completions.d/fathom.fish \
        share/fathom/models/manifest.json; do
        [ -s "$prefix/$name" ] || { echo "$name is not there"; return 1; }
    done
    [ -n "$library" ] || { echo 'libfathom.so is not there'; return 1; }
    [ -s "$library/pkgconfig/fathom.pc" ] || { echo 'fathom.pc is not there'; return 1; }
}

# The program's own libraries come from the new place.
own_library() {
    ldd "$prefix/bin/fathom" | grep libfathom
    ldd "$prefix/bin/fathom" | grep -q "libfathom.so.* => $prefix/"
}

# hidden COMMAND...: with sources and build folder covered by an empty folder
hidden() {
    # shellcheck disable=SC2016
    unshare -m sh -c 'mount -t tmpfs none "$0" && { [ ! -d "$1" ] || mount -t tmpfs none "$1"; } &&
        cd / && shift && exec "$@"' "$source" "$build" "$@"
}

# Both compilers, from the installed files only; warnings are errors for our headers too.
compile_example() {
    # shellcheck disable=SC2046
    "$@" -Wall -Wextra -Werror "$temp/matte_frame.c" -o "$temp/matte_$1" \
        $(PKG_CONFIG_PATH="$library/pkgconfig" pkg-config --cflags --libs fathom) \
        "-Wl,-rpath,$library"
}

# run_example COMPILER: the picture is one, and is not empty
run_example() {
    "$temp/matte_$1" "$temp/clip.mp4" "$temp/$1.png" && [ -s "$temp/$1.png" ] &&
        [ "$(dd if="$temp/$1.png" bs=1 skip=1 count=3 2>/dev/null)" = PNG ]
}

DESTDIR="$temp/stage" meson install -C "$build" --no-rebuild --quiet >"$temp/said" 2>&1 || {
    cat "$temp/said"
    echo '0 passed, 1 failed, 0 skipped'
    exit 1
}
prefix=$temp/moved
mv "$(dirname "$(find "$temp/stage" -type d -name bin | head -n 1)")" "$prefix"
library=$(dirname "$(find "$prefix" -name libfathom.so | head -n 1)")
cp "$source/examples/c/matte_frame.c" "$temp/"

check 'everything is installed' all_there
check 'the program uses the installed library' own_library
check 'it knows its nodes' "$prefix/bin/fathom" nodes
# a start that needs no video, no letters and no network does not load what they need
check 'its help loads no video library' sh -c "! LD_DEBUG=files '$prefix/bin/fathom' --help 2>&1 |
    grep -E 'init: .*lib(av|sw|curl|pango|cairo)'"
if command -v man >/dev/null 2>&1; then
    check 'the manual page is one' sh -c "man --warnings -l '$prefix/share/man/man1/fathom.1' | grep -q NAME"
fi
check 'bash reads its completion' sh -c "command -v bash >/dev/null || exit 0
    bash -n '$prefix/share/bash-completion/completions/fathom.bash'"
check 'a C compiler finds it by pkg-config' compile_example cc -std=c17
check 'a C++ compiler finds it by pkg-config' compile_example c++ -x c++ -std=c++17
if [ ! -s "$library/fathom/libonnxruntime.so.1" ] || [ ! -s "$prefix/share/fathom/models/modnet.onnx" ]; then
    skip 'no ONNX Runtime or networks: ./run setup brings them'
else
    # two frames: depth of one is asked of its whole shot
    check 'the program writes a clip' "$prefix/bin/fathom" apply grade \
        "$source/examples/footage/juggle.mp4" --frames 1-2 -o "$temp/clip.mp4"
    check 'the C program writes the matte of frame 1' run_example cc
    check 'the C++ program does too' run_example c++
    check 'their pictures are the same bytes' cmp "$temp/cc.png" "$temp/c++.png"
    if hidden true 2>/dev/null; then
        check 'the program works with sources and build gone' hidden "$prefix/bin/fathom" depth \
            "$temp/clip.mp4" --frames 1-1 -o "$temp/depth.png"
    else
        skip 'sources and build cannot be hidden here (no mount namespaces)'
    fi
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
