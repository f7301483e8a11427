import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  base: '/pay/',
  plugins: [vue()],
  // Colours, money and times are the console's; nothing else of it comes along.
  resolve: { alias: { '@': at('./src'), '@console': at('../console/src') } },
  define: { __VUE_OPTIONS_API__: 'false' },
  server: { host: '127.0.0.1', port: 5174, proxy: { '/api': 'http://127.0.0.1:8080' }, fs: { allow: [at('..')] } },
  // A content security policy without inline styles: nothing is inlined.
  build: { target: 'es2020', outDir: 'dist', emptyOutDir: true, sourcemap: false, assetsInlineLimit: 0, modulePreload: false, reportCompressedSize: true },
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'], restoreMocks: true },
})
