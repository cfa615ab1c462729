import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const EARLY = 'src/theme/early.js';

/** Writes the script that must run before anything is painted as a file of its own: the content security
 * policy allows no inline scripts. */
const earlyFile: Plugin = {
  name: 'tsuzuki-early-file',
  apply: 'build',
  async buildStart() {
    this.emitFile({ type: 'asset', name: 'early.js', source: await this.fs.readFile(EARLY, { encoding: 'utf8' }) });
  },
};

/** Puts that script first into the page's head. */
const earlyTag: Plugin = {
  name: 'tsuzuki-early-tag',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle, path }) {
      if (path !== '/index.html') return [];
      const built = Object.values(bundle ?? {}).find((one) => one.type === 'asset' && one.names.includes('early.js'));
      return [{ tag: 'script', attrs: { src: `/${built?.fileName ?? EARLY}` }, injectTo: 'head-prepend' }];
    },
  },
};

/** What loads a part of the page together with its style sheet. Vite's own also knows nonces, other addresses and more, which
 * weighs three times as much in every first load. */
const shortLoader: Plugin = {
  name: 'tsuzuki-short-loader',
  apply: 'build',
  enforce: 'pre',
  load: {
    filter: { id: /vite\/preload-helper/ },
    handler: () => `
      const asked = {};
      const ask = (file) => asked[file] ??= new Promise((there, failed) => {
        const href = '/' + file;
        if (document.querySelector('link[href="' + href + '"]')) return there();
        const link = document.createElement('link');
        const isStyle = file.endsWith('.css');
        link.rel = isStyle ? 'stylesheet' : 'modulepreload';
        link.crossOrigin = '';
        link.href = href;
        link.onload = there;
        link.onerror = () => (link.remove(), delete asked[file], failed(Error(href)));
        document.head.append(link);
        // A script is only asked for: who imports it waits for it.
        if (!isStyle) there();
      });
      export const __vitePreload = (load, files = []) => Promise.all([load(), ...files.map(ask)]).then(([part]) => part, (failure) => {
        dispatchEvent(Object.assign(new Event('vite:preloadError'), { payload: failure }));
        throw failure;
      });
    `,
  },
};

/** KaTeX names each of its fonts in three formats; every browser that runs this page takes the smallest. */
const smallestFonts: Plugin = {
  name: 'tsuzuki-smallest-fonts',
  enforce: 'pre',
  transform: {
    filter: { id: /katex.*\.css/ },
    handler: (css) => css.replace(/,url\([^)]*\) format\("(?:woff|truetype)"\)/g, ''),
  },
};

/** Svelte guards what takes over a page drawn by a server with `hydrating`, to be left out where none is. Its writer
 * keeps the bundler from seeing that it never changes. */
const nothingHydrates: Plugin = {
  name: 'tsuzuki-nothing-hydrates',
  apply: 'build',
  transform: {
    filter: { id: /svelte\/src\/internal\/client\/dom\/hydration\.js$/ },
    handler(code) {
      const constant = code.replace('export let hydrating = false', 'export const hydrating = false').replace('hydrating = value;', '');
      if (constant.includes('let hydrating') || constant.includes('= value')) this.error('Svelte says `hydrating` otherwise now');
      return constant;
    },
  },
};

/** What is the page's own, and not the page's that draws diagrams. */
const OURS = /\/ui\/src\/(?!diagram)|node_modules\/(?:svelte|esm-env|clsx)\//;

export default defineConfig(({ mode }) => ({
  plugins: [smallestFonts, shortLoader, svelte({ compilerOptions: { runes: true } }), earlyFile, earlyTag, nothingHydrates],
  build: {
    target: 'es2022',
    // The first of each that know `light-dark()`.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // A conversation's parts are asked for all at once; of what comes later each names its own when it is there.
    modulePreload: { polyfill: false, resolveDependencies: (url, parts) => (/Thread|typeset/.test(url) ? parts : []) },
    rolldownOptions: {
      optimization: { inlineConst: { mode: 'all' } },
      // Diagrams are drawn by a page of their own, in a frame.
      input: { index: 'index.html', 'mermaid-frame': 'assets/mermaid-frame.html' },
      output: {
        codeSplitting: {
          groups: [
            { name: 'load', test: /preload-helper/, priority: 2 },
            // What every first load needs, in one file rather than twenty.
            { name: 'page', tags: ['$initial'], test: OURS, priority: 1 },
            // What every conversation needs, though others need some of it, too.
            { name: 'Thread', test: /\/view\/Thread\.svelte/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7373' } },
  test: { include: ['tests/unit/**/*.test.ts'], environment: 'jsdom' },
  // Tests run components' reactive modules as a browser does.
  resolve: { dedupe: ['katex'], ...(mode === 'test' ? { conditions: ['browser'] } : {}) },
}));
