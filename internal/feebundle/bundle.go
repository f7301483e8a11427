package feebundle

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/search"
	"linli/internal/tariff"
)

// Bundle is a named set of fee items of one project (套餐).
type Bundle struct {
	ID      id.ID
	Name    string
	Note    string
	Parts   []Part
	Active  bool
	Version int
	Uses    int // how often it was given and not undone; not written
}

// Part is one item of a bundle.
type Part struct {
	Item     id.ID
	Quantity money.Qty // how many each room is charged for, only of items by quantity, ×10⁻⁴
	Amount   money.Fen // what each room owes, only of items charged once
}

// Limits of a part.
const (
	maxParts              = 30
	maxQuantity money.Qty = 100_000 * 10_000
	maxAmount   money.Fen = 100_000_000 * 100 // as of a single charge
)

func (b *Bundle) check() error {
	name, err := search.CleanName(b.Name)
	if err != nil && b.Name != "" {
		return ErrBundle.At("body.name", "不能为空，也不能有看不见的字符", nil)
	}
	b.Name, b.Note = name, strings.TrimSpace(b.Note)
	if n := utf8.RuneCountInString(b.Name); n == 0 || n > 40 {
		return ErrBundle.At("body.name", "要填写，最多 40 个字", b.Name)
	}
	if utf8.RuneCountInString(b.Note) > 200 {
		return ErrBundle.At("body.note", "最多 200 个字", nil)
	}
	if n := len(b.Parts); n == 0 || n > maxParts {
		return ErrBundle.At("body.parts", fmt.Sprintf("要选 1–%d 项费用", maxParts), n)
	}
	for k, p := range b.Parts {
		if slices.ContainsFunc(b.Parts[:k], func(x Part) bool { return x.Item == p.Item }) {
			return ErrBundle.At(field(k, "item_id"), "同一项费用只放一次", p.Item.String())
		}
	}
	return nil
}

func field(k int, name string) string { return fmt.Sprintf("body.parts[%d].%s", k, name) }

// checkParts holds the parts against the items of the project. An item that has
// been retired since it was put in may stay.
func (s *Service) checkParts(ctx context.Context, q db.Q, project id.ID, b *Bundle, before []Part) error {
	for k, p := range b.Parts {
		i, err := s.tariff.Item(ctx, q, project, p.Item)
		if err != nil {
			return err
		}
		kept := slices.ContainsFunc(before, func(x Part) bool { return x.Item == p.Item })
		switch {
		case !i.Active && !kept:
			return ErrPart.Say("%s已停用，不能放进套餐", i.Name).At(field(k, "item_id"), "这项费用已停用", p.Item.String())
		case i.Basis == tariff.Shared:
			return ErrPart.Say("%s按公摊单分摊，不设收费范围，不用放进套餐", i.Name).At(field(k, "item_id"), "公摊费用由公摊单收", p.Item.String())
		case i.Basis == tariff.Costs:
			return ErrPart.Say("%s按每件事的实际支出收，不能放进套餐，请用单笔收费", i.Name).At(field(k, "item_id"), "实现债权的费用逐笔收", p.Item.String())
		}
		if err := p.check(k, &i); err != nil {
			return err
		}
	}
	return nil
}

func (p Part) check(k int, i *tariff.Item) error {
	counted, once := i.Basis == tariff.ByQuantity, i.Basis == tariff.Once
	switch {
	case counted && (p.Quantity <= 0 || p.Quantity > maxQuantity):
		return ErrBundle.At(field(k, "quantity"), "每户数量要大于 0，不超过 100,000", int64(p.Quantity))
	case !counted && p.Quantity != 0:
		return ErrBundle.At(field(k, "quantity"), "只有按数量收的费用才填数量", int64(p.Quantity))
	case once && (p.Amount <= 0 || p.Amount > maxAmount):
		return ErrBundle.At(field(k, "amount"), "每户金额要大于 0，不超过 1 亿元", int64(p.Amount))
	case !once && p.Amount != 0:
		return ErrBundle.At(field(k, "amount"), "只有一次性费用才填金额", int64(p.Amount))
	}
	return nil
}

// Create adds a bundle. Errors: ErrBundle, ErrName, ErrPart, fault.ErrNotFound.
func (s *Service) Create(ctx context.Context, who actor.Actor, project id.ID, b Bundle) (Bundle, error) {
	if err := b.check(); err != nil {
		return b, err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.checkParts(ctx, tx, project, &b, nil); err != nil {
			return err
		}
		b.ID, b.Version, b.Active = tx.NewID(), 1, true
		if err := insertBundle(ctx, tx, project, &b); err != nil {
			return err
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "bundle.created", Kind: "bundle", Subject: b.ID,
			Summary: fmt.Sprintf("新建套餐 %s，%d 项费用", b.Name, len(b.Parts)), After: b})
		return nil
	})
	return b, err
}

// Edit changes a bundle, or retires it; Version must be the one that was read.
// No room is changed by it. Errors: those of Create, fault.ErrStale.
func (s *Service) Edit(ctx context.Context, who actor.Actor, project id.ID, b Bundle) (Bundle, error) {
	if err := b.check(); err != nil {
		return b, err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		old, err := lockBundle(ctx, tx, project, b.ID)
		if err != nil {
			return err
		}
		if old.Version != b.Version {
			return fault.ErrStale
		}
		if err := s.checkParts(ctx, tx, project, &b, old.Parts); err != nil {
			return err
		}
		b.Version, b.Uses = old.Version+1, old.Uses
		if err := updateBundle(ctx, tx, project, &b); err != nil {
			return err
		}
		action, verb := "bundle.changed", "修改"
		if old.Active && !b.Active {
			action, verb = "bundle.retired", "停用"
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: action, Kind: "bundle", Subject: b.ID,
			Summary: verb + "套餐 " + b.Name, Before: old, After: b})
		return nil
	})
	return b, err
}

// Filter narrows the list; what is empty does not.
type Filter struct {
	page.Request
	Text   string // part of the name
	Active bool   // only those in use
	Over   bool   // only retired ones
}

// Bundles lists bundles, newest first.
func (s *Service) Bundles(ctx context.Context, q db.Q, project id.ID, f Filter) (page.List[Bundle], error) {
	return page.Newest(&f.Request, func(b Bundle) id.ID { return b.ID }, func(before id.ID) ([]Bundle, error) {
		return listBundles(ctx, q, project, &f, before)
	})
}

// Bundle reads one. Error: fault.ErrNotFound.
func (s *Service) Bundle(ctx context.Context, q db.Q, project, bundle id.ID) (Bundle, error) {
	return oneBundle(ctx, q, project, bundle)
}
