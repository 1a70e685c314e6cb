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

/** The page's main script is fetched together with the small one that starts, not after it. */
const pageAhead: Plugin = {
  name: 'minipanel:page-ahead',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle = {} }) {
      const page = Object.values(bundle).find((file) => file.type === 'chunk' && file.moduleIds.some((id) => id.endsWith('/src/page.ts')))
      if (!page) throw new Error('The build has no script of src/page.ts.')
      return [{ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${page.fileName}` }, injectTo: 'head' }]
    },
  },
}

export default defineConfig({
  plugins: [vue(), apiDocs, pageAhead],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // All components use `setup`, so Vue's options API need not be loaded.
  define: { __VUE_OPTIONS_API__: false },
  server: { proxy: { '/api': PANEL } },
  build: {
    outDir: '../minipanel/static',
    emptyOutDir: true,
    sourcemap: false,
    // Separate files, even small ones: the panel's CSP allows no data: URLs.
    assetsInlineLimit: 0,
    // One style sheet, loaded before anything is shown: one that loads with a view may fail to load.
    cssCodeSplit: false,
    target: 'es2022',
    modulePreload: { polyfill: false },
  },
  // A file whose tests need nothing of a browser names the environment node at its top: happy-dom takes half a second for each file.
  // The first test that opens a view loads it, which takes seconds on two busy cores.
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'], testTimeout: 30_000 },
})
