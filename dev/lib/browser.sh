# Chromium, which drives the browser tests, and a font with Chinese characters.
# shellcheck shell=bash

ensure_browser() {
    local name
    for name in google-chrome chromium chromium-browser google-chrome-stable; do
        have "$name" && break
        name=
    done
    if [[ -z $name ]]; then
        with_lock apt_install "Chromium, which browser tests need," chromium fonts-noto-cjk
    fi
    ensure_chinese_font
    pdf_hint
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

pdf_hint() {
    is_done pdf ok && return
    have wkhtmltopdf || say "Note: PDF reports need wkhtmltopdf, which is not installed; nothing else does."
    mark_done pdf ok
}
