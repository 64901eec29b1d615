/** Return how many letters and digits a text has, as the server counts them. */
export function countLetters(text) {
    return (text.normalize("NFKC").match(/[\p{L}\p{N}]/gu) || []).length;
}
