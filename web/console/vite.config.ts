import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { elementStyles } from './build/elementStyles.ts'
import { phoneWorker } from './build/phoneWorker.ts'

export default defineConfig({
  plugins: [vue(), elementStyles(), phoneWorker()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { host: '127.0.0.1', port: 5173, proxy: { '/api': 'http://127.0.0.1:8080' }, fs: { allow: ['.', '../../docs', '../../internal/audit/words.json'] } }, // the guide is read from docs, the words of the log from their room
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true, sourcemap: false, reportCompressedSize: true },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts', 'build/**/*.test.ts'],
    server: { deps: { inline: ['element-plus'] } },
    restoreMocks: true,
  },
})
