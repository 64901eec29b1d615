const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** Letters and digits of a text as the server counts them: a Chinese character counts as three. */
export function countLetters(text) {
    const letters = ((text || "").normalize("NFKC").match(/[\p{L}\p{N}]/gu) || []).join("");
    return [...letters].length + 2 * (letters.match(WIDE) || []).length;
}
