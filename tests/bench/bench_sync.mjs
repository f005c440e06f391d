// The peer: PouchDB on LevelDB replicating documents of the same size to pouchdb-server and from it,
// through a relay that counts bytes. Prints "name value" lines as bench_sync.c does.
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import fs from 'node:fs'
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'

const require = createRequire(path.join(process.cwd(), 'package.json'))
const PouchDB = require('pouchdb')
const notes = Number(process.argv[2])
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'guichet-bench-peer-'))
const words = ('client adresse demande phone called back certificat naissance permis renew paid ' +
  'counter Rimouski Gatineau attend document missing proof bail signature rendez-vous jeudi matin ' +
  'letter returned wrong apartment corrigé verified licence number dossier envoyé ministère ' +
  'follow-up interpreter fille husband moved août septembre refund').split(' ')

let seed = 1
function draw () {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
  return seed >>> 16
}

function prose (characters) {
  let text = ''
  while (text.length < characters) {
    text += (text ? ' ' : '') + words[draw() % words.length]
    if (draw() % 5 === 0) text += ' ' + draw() % 10000
  }
  return text
}

const counts = { bytes: 0 }

function relay (target) {
  const server = net.createServer(client => {
    const upstream = net.connect(target, '127.0.0.1')
    client.setNoDelay(true)
    upstream.setNoDelay(true)
    client.on('data', data => { counts.bytes += data.length; upstream.write(data) })
    upstream.on('data', data => { counts.bytes += data.length; client.write(data) })
    for (const [one, other] of [[client, upstream], [upstream, client]]) {
      one.on('close', () => other.destroy())
      one.on('error', () => other.destroy())
    }
  })
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)))
}

async function freePort () {
  const server = await relay(1)
  const port = server.address().port
  await new Promise(resolve => server.close(resolve))
  return port
}

async function waitFor (url) {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await fetch(url)
      return
    } catch {
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
  throw new Error('pouchdb-server does not answer')
}

async function measure (name, work) {
  const before = counts.bytes
  const began = performance.now()
  await work()
  const took = performance.now() - began
  console.log(`${name}_rate ${Math.round(notes / took * 1000)}`)
  console.log(`${name}_bytes ${((counts.bytes - before) / notes).toFixed(1)}`)
}

const port = await freePort()
const program = require.resolve('pouchdb-server/bin/pouchdb-server')
const server = spawn(process.execPath, [program, '--port', port, '--dir', directory, '--no-stdout-logs'],
  { cwd: directory, stdio: 'ignore' })
try {
  await waitFor(`http://127.0.0.1:${port}/`)
  const counting = await relay(port)
  const remote = `http://127.0.0.1:${counting.address().port}/notes`
  const here = new PouchDB(path.join(directory, 'here'))
  const documents = []
  for (let number = 0; number < notes; number++) {
    documents.push({
      _id: crypto.randomUUID(),
      type: 'note',
      case: '019b7000-0000-7000-8000-00000000feed',
      channel: 'phone',
      kind: 'contact',
      text: prose(150)
    })
  }
  await here.bulkDocs(documents)
  await measure('up', () => here.replicate.to(remote, { batch_size: 1000 }))
  const there = new PouchDB(path.join(directory, 'there'))
  await measure('down', () => there.replicate.from(remote, { batch_size: 1000 }))
  const info = await there.info()
  if (info.doc_count !== notes) throw new Error(`${info.doc_count} of ${notes} came down`)
  const live = here.replicate.to(remote, { live: true })
  await new Promise(resolve => live.once('paused', resolve))
  await new Promise(resolve => setTimeout(resolve, 1000))
  const before = counts.bytes
  await here.put({ _id: crypto.randomUUID(), type: 'note', text: prose(200) })
  await new Promise(resolve => live.once('change', resolve))
  await new Promise(resolve => setTimeout(resolve, 1000))
  console.log(`one_bytes ${counts.bytes - before}`)
  live.cancel()
} finally {
  server.kill('SIGKILL')
  fs.rmSync(directory, { recursive: true, force: true })
}
process.exit(0)
