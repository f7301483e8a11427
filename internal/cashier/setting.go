package cashier

import (
	"context"
	"fmt"

	"linli/internal/audit"
	"linli/internal/cashier/spread"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// PermSetting is the right to say how a project's counter works.
const PermSetting actor.Permission = "cashier.setting"

// ErrSetting is answered for a setting that cannot be.
var ErrSetting = fault.New(fault.Invalid, "setting_invalid", "收银设置填写不完整，请按提示修改")

// maxAheadMonths is the longest time a project may allow to be paid ahead.
const maxAheadMonths = 60

// Policy names the order in which an amount meets the debts.
type Policy = spread.Policy

// The policies.
const (
	PolicyChosen    = spread.PolicyChosen
	PolicyStatutory = spread.PolicyStatutory
	PolicyOldest    = spread.PolicyOldest
)

// Setting is how the counter of a project works.
type Setting struct {
	Policy      Policy     // statutory or oldest: the order when the payer names nothing
	Choice      bool       // the payer may name what he pays (民法典 560); else the order was agreed
	AheadMonths int        // how many months may be paid ahead; 0 means none
	AheadUntil  clock.Date // end of the service contract, 0 = open: nothing beyond it is taken
	Deduct      bool       // prepaid money pays by itself what a released run makes owed
	RoundTo     money.Fen  // cash is rounded down to 角 (10) or 元 (100) where it pays all; 0 = to the fen
	Version     int        // 0 while nobody has set anything
}

// usualSetting is the counter of a project that has set nothing. Twelve months
// is the limit of the Hangzhou rules on property services; case A23.
func usualSetting() Setting {
	return Setting{Policy: PolicyStatutory, Choice: true, AheadMonths: 12}
}

func (st *Setting) check() error {
	if st.Policy != PolicyStatutory && st.Policy != PolicyOldest {
		return ErrSetting.At("body.policy", "应为先到期先还，或按账期从旧到新", string(st.Policy))
	}
	if st.AheadMonths < 0 || st.AheadMonths > maxAheadMonths {
		return ErrSetting.At("body.ahead_months", "要在 0–60 个月之间", st.AheadMonths)
	}
	if !st.knownRounding() {
		return ErrSetting.At("body.round_to", "可以不抹零、抹到角或抹到元", int64(st.RoundTo))
	}
	return nil
}

// Setting reads how the counter of a project works.
func (s *Service) Setting(ctx context.Context, q db.Q, project id.ID) (Setting, error) {
	st, err := oneSetting(ctx, q, project)
	if err != nil {
		return st, fmt.Errorf("read setting: %w", err)
	}
	return st, nil
}

// SetSetting changes it; Version must be the one that was read. Receipts given
// before keep the order they were given in. Errors: ErrSetting, fault.ErrStale.
func (s *Service) SetSetting(ctx context.Context, who actor.Actor, project id.ID, st Setting) (Setting, error) {
	if err := st.check(); err != nil {
		return st, err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		before, err := oneSetting(ctx, tx, project)
		if err != nil {
			return err
		}
		if before.Version != st.Version {
			return fault.ErrStale
		}
		st.Version++
		if err := putSetting(ctx, tx, project, &st); err != nil {
			return err
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "cashier.setting_changed", Kind: "setting", Subject: project,
			Summary: "修改收银设置", Before: before, After: st})
		return nil
	})
	if err != nil {
		return st, fmt.Errorf("set setting: %w", err)
	}
	return st, nil
}
