package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Batch gathers what one command does to many records. The log gets one entry
// with a digest of all its parts; each record finds its own part in its
// History. Parts are written some at a time, so a batch may be of any length.
type Batch struct {
	s       *Service
	project id.ID
	id      id.ID
	words   string
	count   int
	sum     hash.Hash
	waiting []part
}

// Part is what a batch did to one record.
type Part struct {
	Subject id.ID  // whose history it stands in
	Kind    string // of Record: room, person …
	Record  id.ID  // what was changed when that is another record; 0 is Subject
	Note    string // Chinese, behind the words of the batch; may be empty
	Before  any    // as of an Entry
	After   any
}

type part struct {
	Part
	before, after string
}

// partsAtOnce is how many parts are written by one statement.
const partsAtOnce = 1000

// Batch begins one. words say in Chinese what was done, as every record is told
// of it: 导入 名册.xlsx.
func (s *Service) Batch(tx *db.Tx, project id.ID, words string) *Batch {
	b := &Batch{s: s, project: project, id: tx.NewID(), words: clean(words), sum: sha256.New()}
	measured(b.sum, "linli.audit.parts.1", b.words)
	return b
}

// Add takes one part.
func (b *Batch) Add(ctx context.Context, tx *db.Tx, p Part) (err error) {
	w := part{Part: p}
	if w.before, err = written(p.Before); err == nil {
		w.after, err = written(p.After)
	}
	if err != nil {
		return fmt.Errorf("audit part: %w", err)
	}
	w.Kind, w.Note = clean(p.Kind), clean(p.Note)
	if w.Record == 0 {
		w.Record = w.Subject
	}
	w.hash(b.sum)
	b.count++
	if b.waiting = append(b.waiting, w); len(b.waiting) < partsAtOnce {
		return nil
	}
	return b.flush(ctx, tx)
}

func (b *Batch) flush(ctx context.Context, tx *db.Tx) error {
	err := copyParts(ctx, tx, b.project, b.id, b.count-len(b.waiting), b.waiting)
	b.waiting = b.waiting[:0]
	return err
}

// Record writes the entry of the batch; its After must be a map or nothing, and
// also holds the digest of the parts.
func (b *Batch) Record(ctx context.Context, tx *db.Tx, e Entry) error {
	if b.count == 0 {
		b.s.Record(tx, e)
		return nil
	}
	if err := b.flush(ctx, tx); err != nil {
		return err
	}
	after, ok := e.After.(map[string]any)
	if e.After != nil && !ok {
		return fmt.Errorf("audit %s: the entry of a batch says %T after", e.Action, e.After)
	}
	after = maps.Clone(after)
	if after == nil {
		after = map[string]any{}
	}
	after["records"] = digest{b.id, b.count, hex.EncodeToString(b.sum.Sum(nil))}
	e.After, e.batch = after, &batchRow{b.id, b.words}
	b.s.Record(tx, e)
	return nil
}

// RecordEach is Record of what one command did to n records alike: each finds its
// part in its History, under words.
func (s *Service) RecordEach(ctx context.Context, tx *db.Tx, e Entry, words string, n int, part func(i int) Part) error {
	if n == 0 {
		s.Record(tx, e)
		return nil
	}
	b := s.Batch(tx, e.Project, words)
	for i := range n {
		if err := b.Add(ctx, tx, part(i)); err != nil {
			return err
		}
	}
	return b.Record(ctx, tx, e)
}

// batchRow is how parts find their entry.
type batchRow struct {
	id    id.ID
	words string
}

func (p *part) hash(h hash.Hash) {
	var n [16]byte
	binary.BigEndian.PutUint64(n[:8], uint64(p.Subject))
	binary.BigEndian.PutUint64(n[8:], uint64(p.Record))
	h.Write(n[:])
	measured(h, p.Kind, p.Note, p.before, p.after)
}

// measured hashes texts with their lengths before them.
func measured(h hash.Hash, texts ...string) {
	var n [8]byte
	for _, t := range texts {
		binary.BigEndian.PutUint64(n[:], uint64(len(t)))
		h.Write(n[:])
		h.Write([]byte(t))
	}
}

// checkBatch holds the parts of a batch against the digest that the chain has
// sealed; empty is what should be.
func checkBatch(ctx context.Context, q db.Q, project id.ID, seq int64, d digest) (string, error) {
	at, words, err := oneBatch(ctx, q, project, d.Batch)
	if err != nil {
		return "", err
	}
	if at != seq {
		return "the records of its batch were taken from it", nil
	}
	h, n := sha256.New(), 0
	measured(h, "linli.audit.parts.1", words)
	err = eachPart(ctx, q, project, d.Batch, func(p *part) error {
		n++
		p.hash(h)
		return nil
	})
	if err == nil && (n != d.Count || hex.EncodeToString(h.Sum(nil)) != d.Sum) {
		return fmt.Sprintf("what it says of %d records was changed", d.Count), nil
	}
	return "", err
}
