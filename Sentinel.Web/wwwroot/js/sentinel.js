// Everything here is delegated from the document, so that it needs no inline script and survives every re-render.
(() => {
  'use strict';
  const root = document.documentElement;
  const themes = ['system', 'light', 'dark'];

  function setTheme(theme) {
    root.dataset.theme = theme;
    const secure = location.protocol === 'https:' ? '; secure' : '';
    document.cookie = `sentinel-theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
    for (const toggle of document.querySelectorAll('[data-theme-toggle]')) toggle.title = `Theme: ${theme}`;
  }

  // For components: a form that leaves for another site cannot be sent by the server.
  window.sentinel = { submit: form => form.submit() };

  async function copy(button) {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without a secure context there is no clipboard API: select the text so that the person can copy it.
      const source = button.parentElement.querySelector('[data-copy-source]');
      if (source) getSelection().selectAllChildren(source);
      return;
    }
    button.dataset.copied = 'true';
    setTimeout(() => delete button.dataset.copied, 1500);
  }

  document.addEventListener('click', event => {
    const toggle = event.target.closest('[data-theme-toggle]');
    if (toggle) return setTheme(themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length]);
    const copyButton = event.target.closest('[data-copy]');
    if (copyButton) return copy(copyButton);
    if (event.target.closest('[data-reload]')) location.reload();
  });

  document.addEventListener('keydown', event => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, textarea, select, [contenteditable]')) return;
    const search = document.querySelector('[data-search]');
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  // The first interactive render replaces the server's markup, and then moves the focus to the heading: whoever has begun to
  // search keeps the box, the text and the focus.
  const arrived = location.href;
  let typing = null;
  document.addEventListener('focusin', ({ target }) => {
    if (target.matches('[data-search]')) typing = target;
    else if (target.matches('h1') && typing?.isConnected && location.href === arrived) typing.focus();
    else typing = null;
  });
  document.addEventListener('pointerdown', () => { typing = null; });
  new MutationObserver((_, observer) => {
    if (location.href !== arrived) return observer.disconnect();
    const search = document.querySelector('[data-search]');
    if (!typing || typing.isConnected || !search) return;
    const { value, selectionStart, selectionEnd } = typing;
    observer.disconnect();
    search.value = value;
    search.dispatchEvent(new Event('change', { bubbles: true }));
    search.focus();
    search.setSelectionRange(selectionStart, selectionEnd);
  }).observe(root, { childList: true, subtree: true });
})();
