// Reads its packages from the folder that dev/env installs them into (ESLINT_PACKAGES).
import { createRequire } from "node:module";

const require = createRequire(`${process.env.ESLINT_PACKAGES}/package.json`);
const js = require("@eslint/js");
const globals = require("globals");

export default [
    js.configs.recommended,
    {
        files: ["**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: { ...globals.browser, odoo: "readonly", luxon: "readonly", QUnit: "readonly" },
        },
        rules: {
            curly: "error",
            eqeqeq: "error",
            "no-console": "error",
            "no-var": "error",
            "prefer-const": "error",
        },
    },
];
