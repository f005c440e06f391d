// Serves the page on a free port of loopback and prints its origin: node serve.mjs FOLDER
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const files = { '/': ['page.html', 'text/html'], '/page.js': ['page.js', 'text/javascript'] };

const server = createServer((request, answer) => {
  const [name, type] = files[request.url] ?? [];

  answer.statusCode = name ? 200 : 404;
  answer.setHeader('Content-Type', type ?? 'text/plain');
  answer.end(name ? readFileSync(join(folder, name)) : 'no such file');
});

server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
