/** Whether the panel shows a demo: it marks its index.html, so the page knows before any login. */
export const isDemo = 'demo' in document.documentElement.dataset
