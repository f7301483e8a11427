package invoice

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// maxBatch bounds one order to issue.
const maxBatch = 100

// pauses lie between two questions about one request; the last one repeats
// until there is an answer, or an end of patience.
func pause(tries int) time.Duration {
	list := []time.Duration{5 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	return list[min(tries, len(list)-1)]
}

// patience is how often a provider is asked before a person has to say so.
const patience = 40

// Issue has applications issued: those that were asked for, those that failed,
// and those whose outcome is not known, which are asked about again. The way to
// the provider is a job; a request keeps its number for ever, so that none is
// issued twice. Errors: ErrOff, ErrState, fault.ErrNotFound.
func (s *Service) Issue(ctx context.Context, who actor.Actor, project id.ID, invoices []id.ID) ([]Invoice, error) {
	if len(invoices) == 0 || len(invoices) > maxBatch {
		return nil, ErrAsk.Say("一次最多开 100 张").At("body.ids", "1–100 张", len(invoices))
	}
	invoices = slices.Clone(invoices)
	slices.Sort(invoices)
	out := []Invoice{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		out = out[:0]
		for _, x := range slices.Compact(invoices) {
			v, err := lockDoc(ctx, tx, project, x)
			if err != nil {
				return err
			}
			if err := s.begin(ctx, tx, who, project, &v); err != nil {
				return err
			}
			out = append(out, v)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("issue invoices: %w", err)
	}
	return out, nil
}

// begin hands an invoice to the job that talks to the provider.
func (s *Service) begin(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, v *Invoice) error {
	seller, err := s.Seller(ctx, tx, project)
	if err != nil {
		return err
	}
	before := v.facts()
	switch v.State {
	case Asked, Failed:
		if !seller.Active {
			return ErrOff
		}
		if err := s.write(ctx, tx, who, project, v, &seller); err != nil {
			return err
		}
		v.sent = false
	case Issuing: // what is not known is not written anew, only asked about
	default:
		return ErrState.Say("%s的发票%s，不能再开", v.Buyer.Name, v.State.Name())
	}
	v.State, v.Reason, v.DoneBy, v.Doer, v.tries = Issuing, "", who.Account, who.Name, 0
	v.round++
	if err := updateDoc(ctx, tx, project, v); err != nil {
		return fmt.Errorf("write invoice: %w", err)
	}
	s.record(tx, who, project, v, "invoice.issuing", "开具", before)
	return s.later(ctx, tx, project, v, 0)
}

// write is the request as it will be sent.
func (s *Service) write(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, v *Invoice, seller *Seller) error {
	r := Request{Number: v.requestNumber(), Attempt: v.round + 1, Red: v.Kind == Red, Special: v.Special, Company: v.Company, Seller: seller.Party, Buyer: v.Buyer,
		Net: v.Net, Tax: v.Tax, Gross: v.Gross, Drawer: seller.Drawer, Remark: v.Remark, RedOf: v.RedOfNumber, Reason: v.RedReason}
	if r.Drawer == "" {
		r.Drawer = who.Name
	}
	for _, l := range v.Lines {
		r.Lines = append(r.Lines, RequestLine{l.Name, l.Code, l.Short, l.Rate, l.Simple, l.Net, l.Tax, l.Gross})
	}
	if v.lease() {
		p, err := s.estate.Project(ctx, tx, project)
		if err != nil {
			return err
		}
		r.Lease = &Lease{Address: p.Address, Place: v.Place, From: v.From, Until: v.Until}
	}
	var err error
	v.request, err = packRequest(&r)
	return err
}

// Cancel takes an application back that is surely not issued; its amounts are
// free again. Whoever asked may take back his own, others need the right to
// issue. Errors: ErrState, fault.ErrNotFound.
func (s *Service) Cancel(ctx context.Context, who actor.Actor, project, invoice id.ID) (Invoice, error) {
	var v Invoice
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if v, err = lockDoc(ctx, tx, project, invoice); err != nil {
			return err
		}
		if v.State != Asked && v.State != Failed {
			return ErrState
		}
		if v.AskedBy != who.Account {
			if err := who.Must(PermIssue, project); err != nil {
				return err
			}
		}
		before := v.facts()
		v.State, v.DoneBy, v.Doer = Cancelled, who.Account, who.Name
		s.record(tx, who, project, &v, "invoice.cancelled", "撤销", before)
		return updateDoc(ctx, tx, project, &v)
	})
	if err != nil {
		return Invoice{}, fmt.Errorf("cancel invoice: %w", err)
	}
	return v, nil
}

// Reverse asks for the red invoice of an issued one and has it issued at once;
// what it covered is free again when the red one is issued. Errors: ErrReason,
// ErrState, ErrOff, fault.ErrNotFound.
func (s *Service) Reverse(ctx context.Context, who actor.Actor, project, invoice id.ID, reason string) (Invoice, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxRemark {
		return Invoice{}, ErrReason.At("body.reason", "1–200 个字", nil)
	}
	var red Invoice
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := lockDoc(ctx, tx, project, invoice)
		if err != nil {
			return err
		}
		if v.Kind != Blue || v.State != Issued {
			return ErrState.Say("只有已开的蓝字发票可以红冲")
		}
		if v.RedBy != 0 {
			return ErrState.Say("这张发票的红字发票已在办")
		}
		red = v
		red.ID, red.Kind, red.State, red.Number, red.RedOf, red.RedOfNumber, red.RedReason = tx.NewID(), Red, Asked, "", v.ID, v.Number, reason
		red.IssuedAt, red.IssuedOn, red.File, red.Reason, red.Covers, red.Remark = time.Time{}, 0, 0, "", nil, ""
		red.AskedBy, red.Asker, red.AskedAt, red.round, red.tries, red.sent = who.Account, who.Name, tx.Now(), 0, 0, false
		red.Lines = slices.Clone(v.Lines)
		for i := range red.Lines {
			l := &red.Lines[i]
			l.Net, l.Tax, l.Gross = -l.Net, -l.Tax, -l.Gross
		}
		red.sum()
		if err := insertDoc(ctx, tx, project, &red); err != nil {
			return fmt.Errorf("write invoice: %w", err)
		}
		s.record(tx, who, project, &red, "invoice.red_asked", "申请", nil)
		return s.begin(ctx, tx, who, project, &red)
	})
	if err != nil {
		return Invoice{}, fmt.Errorf("reverse invoice: %w", err)
	}
	return red, nil
}

// parcel is what the job carries to the provider.
type parcel struct {
	account Account
	request Request
	sent    bool // before; its outcome is asked for first
}

// prepare notes that the provider may have the request from now on; nil when
// there is nothing to do.
func (s *Service) prepare(ctx context.Context, t task) (*parcel, error) {
	var p *parcel
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		p = nil
		v, err := lockDoc(ctx, tx, t.Project, t.Invoice)
		if err != nil || v.State != Issuing || v.round != t.Round {
			return err
		}
		seller, err := s.Seller(ctx, tx, t.Project)
		if err != nil {
			return err
		}
		p = &parcel{account: seller.Account, sent: v.sent}
		if p.request, err = unpackRequest(v.request); err != nil {
			return err
		}
		v.sent = true
		return updateDoc(ctx, tx, t.Project, &v)
	})
	if err != nil {
		return nil, fmt.Errorf("prepare invoice: %w", err)
	}
	return p, nil
}

// outcome asks about a request that may have arrived before it sends it again.
func (s *Service) outcome(ctx context.Context, p *parcel) (Answer, error) {
	if p.sent {
		a, err := s.provider.Query(ctx, p.account, p.request.Number)
		before := err == nil && a.Fate == FateRefused && a.Attempt < p.request.Attempt // this attempt has not arrived
		if !before && !errors.Is(err, ErrNoRequest) {
			return a, err
		}
	}
	return s.provider.Issue(ctx, p.account, p.request)
}

// settle writes down what the provider answered; without an answer it is asked
// again later.
func (s *Service) settle(ctx context.Context, t task, a Answer, failure error) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := lockDoc(ctx, tx, t.Project, t.Invoice)
		if err != nil || v.State != Issuing || v.round != t.Round {
			return err
		}
		system, before := actor.System("开票平台"), v.facts()
		switch {
		case errors.Is(failure, ErrKeys):
			return s.askAgain(ctx, tx, t.Project, &v, "开票平台不认账号或密钥，请核对开票设置")
		case errors.Is(failure, ErrBarred):
			return s.askAgain(ctx, tx, t.Project, &v, "开票平台的地址指向内网，系统没有去连。请核对开票设置；平台在公司内网时，请系统管理员在启动参数 LINLI_OUTBOUND_ALLOW 里放行")
		case failure != nil:
			return s.askAgain(ctx, tx, t.Project, &v, "开票平台没有回音，结果还不知道，系统会接着问")
		case a.Fate == FatePending:
			return s.askAgain(ctx, tx, t.Project, &v, "开票平台正在处理")
		case a.Fate == FateRefused:
			v.State, v.Reason = Failed, strings.TrimSpace(a.Text+"（"+a.Code+"）")
			s.record(tx, system, t.Project, &v, "invoice.failed", "没有开出", before)
			return updateDoc(ctx, tx, t.Project, &v)
		}
		if taken, err := numberTaken(ctx, tx, t.Project, a.Number, v.ID); err != nil || taken {
			if err == nil {
				err = s.askAgain(ctx, tx, t.Project, &v, "开票平台给的号码 "+a.Number+" 已在别的发票上，请联系平台核对")
			}
			return err
		}
		v.State, v.Number, v.IssuedAt, v.IssuedOn, v.Reason = Issued, a.Number, a.At, clock.DateOf(a.At), ""
		if err := updateDoc(ctx, tx, t.Project, &v); err != nil {
			return err
		}
		s.record(tx, system, t.Project, &v, "invoice.issued", "开出", before)
		if err := s.taken(ctx, tx, t.Project, &v, system); err != nil {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, jobFile, fmt.Sprintf("%s/%s", jobFile, v.ID), t, 0)
	})
	if err != nil {
		return fmt.Errorf("settle invoice: %w", err)
	}
	return nil
}

// taken marks the invoice that an issued red one takes back.
func (s *Service) taken(ctx context.Context, tx *db.Tx, project id.ID, red *Invoice, system actor.Actor) error {
	if red.Kind != Red {
		return nil
	}
	v, err := lockDoc(ctx, tx, project, red.RedOf)
	if err != nil {
		return err
	}
	before := v.facts()
	v.State = Reversed
	s.record(tx, system, project, &v, "invoice.reversed", "红冲", before)
	return updateDoc(ctx, tx, project, &v)
}

func (s *Service) askAgain(ctx context.Context, tx *db.Tx, project id.ID, v *Invoice, why string) error {
	v.Reason = why
	v.tries++
	if v.tries > patience {
		v.Reason = "开票平台一直没有结果，请联系平台，再点“再问一次”"
	}
	if err := updateDoc(ctx, tx, project, v); err != nil || v.tries > patience {
		return err
	}
	return s.later(ctx, tx, project, v, pause(v.tries-1))
}

// later asks the provider about an invoice after a while.
func (s *Service) later(ctx context.Context, tx *db.Tx, project id.ID, v *Invoice, after time.Duration) error {
	return s.jobs.Enqueue(ctx, tx, jobIssue, fmt.Sprintf("%s/%s/%d/%d", jobIssue, v.ID, v.round, v.tries), task{project, v.ID, v.round}, after)
}
