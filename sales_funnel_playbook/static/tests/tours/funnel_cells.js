/** Where the page shows a number of a stage. */
export const cell = (name, number) => `.o_funnel_table tbody tr:contains("${name}") td[data-name=${number}]`;
