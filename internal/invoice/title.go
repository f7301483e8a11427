package invoice

import (
	"context"
	"fmt"
	"strings"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Title is an 抬头 that a payer has used; one of them is proposed first.
type Title struct {
	Party
	ID        id.ID
	Payer     id.ID
	Company   bool
	Preferred bool
	Active    bool
	Version   int
}

func (t *Title) check() error {
	t.trim()
	if t.Name == "" {
		return ErrTitle.At("body.title.name", "请填写名称", nil)
	}
	if long := t.long(); long != "" {
		return ErrTitle.At("body.title."+long, "最多 100 个字", nil)
	}
	if !t.Company {
		t.Party = Party{Name: t.Name}
		return nil
	}
	number, right := taxNumber(t.TaxNo)
	if t.TaxNo = number; !right {
		return ErrTitle.Say("纳税人识别号不对，请核对 18 位号码").At("body.title.tax_no", "18 位，末位是校验码", number)
	}
	return nil
}

// Titles are those of a payer that are in use, the preferred first.
func (s *Service) Titles(ctx context.Context, q db.Q, project, payer id.ID) ([]Title, error) {
	if payer == 0 {
		return []Title{}, nil
	}
	list, err := listTitles(ctx, q, project, payer)
	if err != nil {
		return nil, fmt.Errorf("list titles: %w", err)
	}
	return list, nil
}

// AddTitle remembers a title of a payer; the first one is preferred. The same
// title again is the one that is there. Errors: ErrTitle, fault.ErrNotFound.
func (s *Service) AddTitle(ctx context.Context, who actor.Actor, project id.ID, in Title) (Title, error) {
	var t Title
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		names, err := s.estate.PersonNames(ctx, tx, project, []id.ID{in.Payer})
		if err != nil {
			return err
		}
		if _, ok := names[in.Payer]; !ok {
			return fault.ErrNotFound
		}
		t, err = s.remember(ctx, tx, who, project, in)
		return err
	})
	if err != nil {
		return Title{}, fmt.Errorf("add title: %w", err)
	}
	return t, nil
}

// remember adds a title, or finds it again by what it says.
func (s *Service) remember(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, t Title) (Title, error) {
	if err := t.check(); err != nil {
		return t, err
	}
	if err := s.estate.LockPerson(ctx, tx, project, t.Payer); err != nil {
		return t, err
	}
	list, err := listTitles(ctx, tx, project, t.Payer)
	if err != nil {
		return t, err
	}
	for _, old := range list {
		if old.Company == t.Company && old.Party == t.Party {
			return old, nil
		}
	}
	t.ID, t.Preferred, t.Active, t.Version = tx.NewID(), t.Preferred || len(list) == 0, true, 1
	if err := s.writeTitle(ctx, tx, project, &t); err != nil {
		return t, err
	}
	s.recordTitle(tx, who, project, &t, "invoice.title_added", "新增", nil)
	return t, nil
}

// writeTitle keeps one title preferred at most.
func (s *Service) writeTitle(ctx context.Context, tx *db.Tx, project id.ID, t *Title) error {
	if t.Preferred {
		if err := preferNone(ctx, tx, project, t.Payer); err != nil {
			return fmt.Errorf("write title: %w", err)
		}
	}
	if err := putTitle(ctx, tx, project, t); err != nil {
		return fmt.Errorf("write title: %w", err)
	}
	return nil
}

func (s *Service) recordTitle(tx *db.Tx, who actor.Actor, project id.ID, t *Title, action, verb string, before any) {
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: action, Kind: "invoice_title", Subject: t.ID, Person: t.Payer,
		Summary: strings.TrimSpace(fmt.Sprintf("%s抬头 %s %s", verb, t.Name, t.TaxNo)), Before: before, After: t.facts()})
}

func (t *Title) facts() map[string]any {
	return map[string]any{"name": t.Name, "company": t.Company, "tax_no": t.TaxNo, "address": t.Address, "phone": t.Phone, "bank": t.Bank, "account": t.Account,
		"preferred": t.Preferred, "active": t.Active}
}

// EditTitle changes a title, prefers it or puts it away; invoices keep what
// they were asked with. Errors: ErrTitle, fault.ErrNotFound, fault.ErrStale.
func (s *Service) EditTitle(ctx context.Context, who actor.Actor, project id.ID, in Title) (Title, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		old, err := oneTitle(ctx, tx, project, in.ID)
		if err == nil {
			err = s.estate.LockPerson(ctx, tx, project, old.Payer) // as whoever adds one: of a payer one is preferred
		}
		if err == nil {
			old, err = lockTitle(ctx, tx, project, in.ID)
		}
		if err != nil {
			return err
		}
		if old.Version != in.Version {
			return fault.ErrStale
		}
		in.Payer = old.Payer
		if err := in.check(); err != nil {
			return err
		}
		in.Preferred = in.Preferred && in.Active
		in.Version++
		if err := s.writeTitle(ctx, tx, project, &in); err != nil {
			return err
		}
		s.recordTitle(tx, who, project, &in, "invoice.title_changed", "修改", old.facts())
		return nil
	})
	if err != nil {
		return Title{}, fmt.Errorf("edit title: %w", err)
	}
	return in, nil
}
