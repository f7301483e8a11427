package paycode

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/payment"
)

type paperSheet struct {
	Company, Project, Room, Phone string
	Apps                          []string // what pays here, as its button says
	QR                            template.HTML
}

// Sheet is the active code of a room as a page to print. Errors:
// fault.ErrNotFound when the room has no code that works, estate.ErrNoRoom.
func (s *Service) Sheet(ctx context.Context, project, room id.ID) ([]byte, error) {
	c, err := s.Code(ctx, project, room)
	if err != nil {
		return nil, err
	}
	if c.State != Active {
		return nil, fault.ErrNotFound
	}
	q := s.DB.Reader(ctx)
	var sheet paperSheet
	if sheet.Company, sheet.Project, sheet.Phone, err = s.house(ctx, q, project); err != nil {
		return nil, fmt.Errorf("print pay code: %w", err)
	}
	if sheet.Room, err = s.label(ctx, q, project, room); err != nil {
		return nil, fmt.Errorf("print pay code: %w", err)
	}
	ways, err := s.ways(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("print pay code: %w", err)
	}
	for _, w := range ways {
		sheet.Apps = append(sheet.Apps, w.Name)
	}
	svg, err := payment.QR(c.Link)
	if err != nil {
		return nil, fmt.Errorf("print pay code: %w", err)
	}
	sheet.QR = template.HTML(svg)
	var b bytes.Buffer
	if err := s.sheet.Execute(&b, sheet); err != nil {
		return nil, fmt.Errorf("print pay code: %w", err)
	}
	return b.Bytes(), nil
}

// OnPaper is the QR code, as SVG, for a letter about a room to a payer; a room
// without code gets one. Empty when the paper must not carry it: nothing can be
// paid online, nobody has said where the world reaches this server, or the
// payer does not pay for the room any more and would see another's bill.
func (s *Service) OnPaper(ctx context.Context, tx *db.Tx, who actor.Actor, project, room, addressee id.ID) (string, error) {
	if !s.Public {
		return "", nil
	}
	ways, err := s.Payment.Online(ctx, tx, project)
	if err != nil || len(ways) == 0 {
		return "", err
	}
	payer, err := s.payerOf(ctx, tx, project, room)
	if err != nil || payer != addressee {
		return "", err
	}
	c, err := lockActive(ctx, tx, project, room)
	if err != nil {
		return "", err
	}
	if c.ID == 0 || c.Payer != payer {
		if c, err = s.issue(ctx, tx, who, project, room, payer); err != nil {
			return "", err
		}
	}
	if c.token == "" {
		if c.token, err = s.Ring.Open(c.enc, sealedAt(project, c.ID)); err != nil {
			return "", err
		}
	}
	return payment.QR(s.link(c.token))
}

// Online reports whether a project can be paid online at all.
func (s *Service) Online(ctx context.Context, project id.ID) (bool, error) {
	ways, err := s.ways(ctx, s.DB.Reader(ctx), project)
	return slices.ContainsFunc(ways, func(w Way) bool { return w.Channel != "" }), err
}
