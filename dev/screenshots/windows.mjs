// What the pictures are taken in.

export const DESKTOP = "desktop";
export const PHONE = "phone";
export const BOTH = [DESKTOP, PHONE];
export const DESKTOP_SIZE = [1366, 900];

/** The browser's settings for each. */
export const SETTINGS = {
    [DESKTOP]: {},
    [PHONE]: {
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 2,
        isMobile: true,
        hasTouch: true,
    },
};
