package analytics

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/ledger"
)

// ErrTaxpayer refuses a setting of the vouchers that cannot be.
var ErrTaxpayer = fault.New(fault.Invalid, "taxpayer_invalid", "凭证设置填写不完整，请按提示修改")

// TaxpayerKind is how vouchers part the tax from income (价税分离).
type TaxpayerKind string

// The kinds. Source: 增值税会计处理规定 (财会〔2016〕22号).
const (
	Together TaxpayerKind = "together" // not parted: income stands with its tax
	General  TaxpayerKind = "general"  // 一般纳税人: 应交增值税（销项税额）, and 简易计税
	Small    TaxpayerKind = "small"    // 小规模纳税人: 应交增值税
)

// The codes of the accounts that packages for companies usually have; they are
// settings, because every company numbers them as it likes.
const (
	usualOutput = "22210105"
	usualSimple = "222108"
	usualSmall  = "222101"
)

// Taxpayer says how vouchers part the tax from a month on.
type Taxpayer struct {
	From    clock.Month
	Kind    TaxpayerKind
	Output  string // account of 销项税额, or of 应交增值税 of a small one
	Simple  string // account of 简易计税, general only
	By      string
	At      time.Time
	Version int // 0 while there is none
}

func (x *Taxpayer) check() error {
	x.Output, x.Simple = strings.TrimSpace(x.Output), strings.TrimSpace(x.Simple)
	switch x.Kind {
	case Together:
		x.Output, x.Simple = "", ""
	case General:
		x.Output, x.Simple = cmp.Or(x.Output, usualOutput), cmp.Or(x.Simple, usualSimple)
	case Small:
		x.Output, x.Simple = cmp.Or(x.Output, usualSmall), ""
	default:
		return ErrTaxpayer.At("body.kind", "不在可选范围内", string(x.Kind))
	}
	if x.From < 200001 || x.From > 209912 {
		return ErrTaxpayer.At("body.from", "请选择从哪个月起", x.From.String())
	}
	for field, code := range map[string]string{"body.output_code": x.Output, "body.simple_code": x.Simple} {
		if a, err := strconv.Atoi(code); err == nil && ledger.Account(a).Name() != "" {
			return ErrTaxpayer.Say("%s 是“%s”的编码，税额要用另外的科目", code, ledger.Account(a).Name()).At(field, "已被占用", code)
		}
		if len(code) > 20 || strings.Trim(code, "0123456789.-") != "" {
			return ErrTaxpayer.Say("科目编码只用数字、点和短横，最多 20 位").At(field, "最多 20 位", code)
		}
	}
	if x.Kind == General && x.Output == x.Simple {
		return ErrTaxpayer.Say("销项税额和简易计税要用两个科目").At("body.simple_code", "与销项税额不同", x.Simple)
	}
	return nil
}

// Words say the setting.
func (x *Taxpayer) Words() string {
	switch x.Kind {
	case General:
		return fmt.Sprintf("一般纳税人，销项税额 %s，简易计税 %s", x.Output, x.Simple)
	case Small:
		return fmt.Sprintf("小规模纳税人，应交增值税 %s", x.Output)
	}
	return "不分离，收入含税"
}

// Taxpayers lists how the tax was parted, the oldest first; without one it
// is not.
func (s *Service) Taxpayers(ctx context.Context, q db.Q, project id.ID) ([]Taxpayer, error) {
	out, err := taxpayers(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("list taxpayers: %w", err)
	}
	return out, nil
}

// taxpayerOf is the one of a month.
func taxpayerOf(all []Taxpayer, m clock.Month) Taxpayer {
	out := Taxpayer{Kind: Together}
	for _, x := range all {
		if x.From <= m {
			out = x
		}
	}
	return out
}

// SetTaxpayer says how vouchers part the tax from a month on, until the next
// one; vouchers of earlier months stay as they are. Version is that of the one
// of the same month, 0 for a new one. Errors: ErrTaxpayer, ledger.ErrMonthClosed,
// fault.ErrStale.
func (s *Service) SetTaxpayer(ctx context.Context, who actor.Actor, project id.ID, x Taxpayer) (Taxpayer, error) {
	if err := x.check(); err != nil {
		return x, err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockTaxpayers(ctx, tx, project); err != nil {
			return err
		}
		if err := s.ledger.StillOpen(ctx, tx, project, x.From); err != nil {
			return err
		}
		all, err := taxpayers(ctx, tx, project)
		if err != nil {
			return err
		}
		var before any
		have := 0
		if i := slices.IndexFunc(all, func(o Taxpayer) bool { return o.From == x.From }); i >= 0 {
			have, before = all[i].Version, all[i].facts()
		}
		if have != x.Version {
			return fault.ErrStale
		}
		x.Version++
		x.By, x.At = who.Name, tx.Now()
		if err := putTaxpayer(ctx, tx, project, &x); err != nil {
			if db.IsUnique(err) {
				return fault.ErrStale
			}
			return err
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "analytics.taxpayer_changed", Kind: "taxpayer", Subject: project,
			Summary: fmt.Sprintf("凭证从 %s 起%s", x.From, x.Words()), Before: before, After: x.facts()})
		return nil
	})
	if err != nil {
		return x, fmt.Errorf("set taxpayer: %w", err)
	}
	return x, nil
}

func (x *Taxpayer) facts() map[string]any {
	return map[string]any{"from": x.From, "kind": x.Kind, "output": x.Output, "simple": x.Simple}
}
