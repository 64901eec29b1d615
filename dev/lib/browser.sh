# Chromium, which drives the browser tests, a font with Chinese characters, and what prints PDF.
# shellcheck shell=bash

BROWSERS=(google-chrome chromium chromium-browser google-chrome-stable)

find_browser() { # prints its path
    local name
    for name in "${BROWSERS[@]}"; do
        command -v "$name" && return
    done
    return 1
}

ensure_browser() {
    find_browser >/dev/null ||
        with_lock apt_install "Chromium, which browser tests need," chromium fonts-noto-cjk
    ensure_chinese_font
    ensure_pdf
}

run_browser() { # without a window; as root it has no sandbox
    local options=(--headless --disable-gpu)
    if is_root; then options+=(--no-sandbox); fi
    "$(find_browser)" "${options[@]}" "$@"
}

ensure_chinese_font() {
    is_done fonts ok && return
    if ! have fc-list || [[ -z $(fc-list :lang=zh-cn family) ]]; then
        if is_root && have apt-get; then
            with_lock apt_install "A font with Chinese characters" fonts-noto-cjk
        else
            say "Note: no font with Chinese characters is installed (fonts-noto-cjk): they show as boxes."
        fi
    fi
    mark_done fonts ok
}

# Prints reports as PDF; without it their tests fail, so set-up brings it where it can.
ensure_pdf() {
    have wkhtmltopdf && return
    if is_root && have apt-get; then
        with_lock apt_install "Wkhtmltopdf, which prints reports," wkhtmltopdf
    else
        say "Note: PDF reports and their tests need wkhtmltopdf, which is not installed; nothing else does."
    fi
}
