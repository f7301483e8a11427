package expense

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
)

// KindAttachment marks uploads of this room.
const KindAttachment = "expense"

const attachmentSize = 20 << 20 // bytes

// attachments are the endings of files that can be shown to an auditor.
func attachments() []string {
	return []string{".pdf", ".jpg", ".jpeg", ".png", ".webp", ".ofd", ".xml", ".xlsx", ".csv", ".zip"}
}

// Attach stores an attachment before its document is entered. Errors: ErrFile,
// file.ErrTooLarge, file.ErrEmpty.
func (s *Service) Attach(ctx context.Context, who actor.Actor, project id.ID, name string, r io.Reader) (file.Blob, error) {
	if !slices.Contains(attachments(), strings.ToLower(filepath.Ext(name))) {
		return file.Blob{}, ErrFile.At("body.file", "图片、PDF、OFD 或表格", name)
	}
	c, err := s.files.Put(r, attachmentSize)
	if err != nil {
		return file.Blob{}, err
	}
	var b file.Blob
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		made, err := s.files.Add(ctx, tx, project, c, name, KindAttachment, who)
		if err != nil {
			return err
		}
		b, err = s.files.Find(ctx, tx, project, made)
		return err
	})
	return b, err
}

// Attachment opens the attachment of a document; the caller closes it.
// Error: fault.ErrNotFound.
func (s *Service) Attachment(ctx context.Context, project, doc id.ID) (*os.File, file.Blob, error) {
	d, err := s.Doc(ctx, project, doc)
	if err != nil {
		return nil, file.Blob{}, err
	}
	return s.files.Open(ctx, project, d.File)
}

// Filter narrows the list; zero fields do not.
type Filter struct {
	page.Request
	State     State
	Category  id.ID
	Book      Book
	Direction Direction
	PaidFrom  ledger.Account
	From      clock.Date // of the document
	Until     clock.Date
	// BookFrom and BookUntil find what moved the book in a period: posted in it,
	// or reversed in it.
	BookFrom  clock.Date
	BookUntil clock.Date
	Text      string // part of number, supplier or note
}

// Sums are all documents of a filter; waiting, refused and withdrawn ones count
// in Count and Amount, and in Booked is what they moved in the book: posted less
// reversed, of the period when the filter has one of the book.
type Sums struct {
	Count  int64
	Amount money.Fen
	Booked money.Fen
}

// List gives documents, newest first.
func (s *Service) List(ctx context.Context, project id.ID, f Filter) (page.List[Doc], error) {
	list, err := page.Newest(&f.Request, func(d Doc) id.ID { return d.ID }, func(before id.ID) ([]Doc, error) {
		return listDocs(ctx, s.db.Reader(ctx), project, &f, before)
	})
	if err != nil {
		return list, fmt.Errorf("list expenses: %w", err)
	}
	return list, nil
}

// Sums adds up everything a filter finds.
func (s *Service) Sums(ctx context.Context, project id.ID, f Filter) (Sums, error) {
	out, err := sumDocs(ctx, s.db.Reader(ctx), project, &f)
	if err != nil {
		return out, fmt.Errorf("sum expenses: %w", err)
	}
	return out, nil
}

// Doc reads one. Error: fault.ErrNotFound.
func (s *Service) Doc(ctx context.Context, project, doc id.ID) (Doc, error) {
	return oneDoc(ctx, s.db.Reader(ctx), project, doc)
}

// Waiting counts documents of a month that nobody has decided on.
func (s *Service) Waiting(ctx context.Context, q db.Q, project id.ID, month clock.Month) (int64, error) {
	out, err := sumDocs(ctx, q, project, &Filter{State: Asked, From: month.First(), Until: month.Last()})
	if err != nil {
		return 0, fmt.Errorf("count waiting expenses: %w", err)
	}
	return out.Count, nil
}
