import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, URL } from 'node:url'

import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const PANEL = 'http://127.0.0.1:8080'

/** Swagger UI beside the page, for the panel's /api/docs: a cluster often has no internet to fetch it from. */
const apiDocs: Plugin = {
  name: 'minipanel:api-docs',
  apply: 'build',
  generateBundle() {
    const { resolve } = createRequire(import.meta.url)
    for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
      const source = readFileSync(resolve(`swagger-ui-dist/${name}`))
      this.emitFile({ type: 'asset', fileName: `docs/${name}`, source })
    }
  },
}

export default defineConfig({
  plugins: [vue(), apiDocs],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    // The composition API of vue-i18n alone; its messages are interpreted, never compiled with eval (the CSP forbids that).
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_JIT_COMPILATION__: true,
    __INTLIFY_DROP_MESSAGE_COMPILER__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  server: { proxy: { '/api': PANEL } },
  build: {
    outDir: '../minipanel/static',
    emptyOutDir: true,
    sourcemap: false,
    // Files of their own, also small ones: the panel's CSP allows no data: URLs.
    assetsInlineLimit: 0,
    // One style sheet, there before anything is shown: one that comes with a view may not come at all.
    cssCodeSplit: false,
    target: 'es2022',
  },
  // The first test to open a view loads it, which takes seconds where two cores do everything.
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'], testTimeout: 30_000 },
})
