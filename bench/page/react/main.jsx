// The usual choice, done as its documentation shows: one memoised message, react-markdown with GFM,
// math and highlighting, state set for every event of the stream.
import 'highlight.js/styles/github.css';
import 'katex/dist/katex.min.css';
import { memo, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import Markdown from 'react-markdown';
import rehypeHighlight from 'rehype-highlight';
import rehypeKatex from 'rehype-katex';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';

const remark = [remarkGfm, remarkMath];
const rehype = [rehypeHighlight, rehypeKatex];

const Message = memo(({ text }) => (
  <article data-message>
    <Markdown remarkPlugins={remark} rehypePlugins={rehype}>
      {text}
    </Markdown>
  </article>
));

function App() {
  const [messages, setMessages] = useState([]);
  const [draft, setDraft] = useState('');
  const end = useRef(null);
  useEffect(() => {
    const id = location.pathname.split('/').pop();
    let events;
    fetch(`/api/v1/conversations/${id}?limit=1000`)
      .then((response) => response.json())
      .then((thread) => {
        setMessages(
          thread.messages.map(({ id, blocks }) => ({ id, text: blocks.map((block) => block.text).join('') })),
        );
        if (thread.cursors.length === 0) return;
        events = new EventSource(`/api/v1/events?conversation=${id}&after=${thread.cursors.join(',')}`);
        events.addEventListener('entries', (event) => {
          const { message, entries } = JSON.parse(event.data);
          const more = entries
            .filter((entry) => entry.kind === 'text')
            .map((entry) => entry.text)
            .join('');
          if (entries.some((entry) => entry.kind === 'over')) events.close();
          setMessages((all) => all.map((one) => (one.id === message ? { ...one, text: one.text + more } : one)));
        });
      });
    return () => events?.close();
  }, []);
  useEffect(() => {
    end.current?.scrollIntoView();
  }, [messages]);
  return (
    <main>
      {messages.map(({ id, text }) => (
        <Message key={id} text={text} />
      ))}
      <div ref={end} />
      <textarea value={draft} onChange={(event) => setDraft(event.target.value)} />
    </main>
  );
}

createRoot(document.getElementById('root')).render(<App />);
