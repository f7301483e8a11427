package cashier

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// ErrNoChoice is answered where the order was agreed and the payer names debts.
var ErrNoChoice = fault.New(fault.Invalid, "choice_not_agreed", "本项目约定先还最早的欠费，不能挑选；可以少收，按约定的顺序抵扣")

const maxTerminal = 20

// checkProof cleans and checks what proves a payment that is not cash.
func (p *Pay) checkProof(at string) error {
	p.Terminal, p.Last4 = strings.TrimSpace(p.Terminal), strings.TrimSpace(p.Last4)
	switch {
	case p.Method != MethodCard && (p.Terminal != "" || p.Last4 != ""):
		return ErrPays.Say("只有刷卡才填终端号和卡号").At(at+".terminal", "只有刷卡才填", nil)
	case p.Method != MethodTransfer && p.On != 0:
		return ErrPays.Say("只有转账才填转账日期").At(at+".paid_on", "只有转账才填", nil)
	case utf8.RuneCountInString(p.Terminal) > maxTerminal:
		return ErrPays.Say("终端号最多 20 个字").At(at+".terminal", "最多 20 个字", nil)
	case p.Last4 != "" && (len(p.Last4) != 4 || strings.Trim(p.Last4, "0123456789") != ""):
		return ErrPays.Say("卡号只填后四位数字，现在是 %q", p.Last4).At(at+".last4", "应为 4 位数字", nil)
	}
	return nil
}

// usedOnce asks back when a voucher or a transfer stands on another receipt
// already, and refuses a transfer of tomorrow.
func usedOnce(ctx context.Context, q db.Q, project id.ID, in *Taking, today clock.Date) error {
	for i := range in.Pays {
		p := &in.Pays[i]
		if p.On > today {
			return ErrPays.Say("转账日期 %s 在今天之后，请核对", p.On).At(fmt.Sprintf("body.pays[%d].paid_on", i), "不能晚于今天", p.On.String())
		}
		if in.Confirmed || p.Method != MethodCard && p.Method != MethodTransfer {
			continue
		}
		number, room, err := usedReference(ctx, q, project, p)
		if err != nil {
			return fmt.Errorf("look for voucher: %w", err)
		}
		if number != "" {
			return ErrUnusual.Say("%s号 %s 已在收据 %s（%s）用过，请核对后确认", p.proof(), p.Reference, number, room)
		}
	}
	return nil
}

// proof is what the reference of the method is called.
func (p *Pay) proof() string {
	if p.Method == MethodTransfer {
		return "流水"
	}
	return "凭证"
}

// Proof is everything that proves the payment, in words, for receipts.
func (p *Pay) Proof() string {
	var parts []string
	add := func(name, text string) {
		if text != "" {
			parts = append(parts, name+text)
		}
	}
	add("尾号 ", p.Last4)
	add("终端 ", p.Terminal)
	add(p.proof()+" ", p.Reference)
	if p.On != 0 {
		add("", p.On.String())
	}
	return strings.Join(parts, "，")
}
