package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
)

// The jobs of the room. What talks to a channel runs outside of every
// transaction, so that a slow channel never holds the writer.
const (
	jobAnnounce = "payment.announce"
	jobPhone    = "payment.announce_phone"
	jobLook     = "payment.look"
	jobClose    = "payment.close"
	jobScan     = "payment.scan"
	jobReverse  = "payment.reverse"
	jobApply    = "payment.apply"
	// jobRefund is about a refund in the place of an order.
	jobRefund = "payment.refund"
)

type orderJob struct {
	Project id.ID `json:"project"`
	Order   id.ID `json:"order"`
	Step    int   `json:"step"`
}

// phoneJob holds what is not kept with the order: where the telephone comes
// from and goes back to.
type phoneJob struct {
	Project id.ID  `json:"project"`
	Order   id.ID  `json:"order"`
	Back    string `json:"back"`
	Address string `json:"address"`
	Desk    bool   `json:"desk,omitempty"`
	App     string `json:"app,omitempty"`
	Payer   string `json:"payer,omitempty"`
}

// scanJob holds what is not kept with the order: the code of the payer.
type scanJob struct {
	Project id.ID  `json:"project"`
	Order   id.ID  `json:"order"`
	Code    string `json:"code"`
}

type noticeJob struct {
	Project id.ID `json:"project"`
	Notice  id.ID `json:"notice"`
}

func (s *Service) handleJobs(q *job.Queue) {
	orders := func(kind string, do func(ctx context.Context, project, order id.ID, step int) error) {
		q.Handle(kind, func(ctx context.Context, payload []byte) error {
			var j orderJob
			if err := json.Unmarshal(payload, &j); err != nil {
				return errors.Join(job.ErrGiveUp, err)
			}
			return do(ctx, j.Project, j.Order, j.Step)
		})
	}
	orders(jobAnnounce, s.announce)
	orders(jobLook, s.look)
	orders(jobClose, s.close)
	orders(jobReverse, s.reverse)
	orders(jobRefund, s.askRefund)
	q.Handle(jobPhone, func(ctx context.Context, payload []byte) error {
		var j phoneJob
		if err := json.Unmarshal(payload, &j); err != nil {
			return errors.Join(job.ErrGiveUp, err)
		}
		return s.announceTo(ctx, j.Project, j.Order, &Phone{Back: j.Back, Address: j.Address, Desk: j.Desk, Who: Who{App: j.App, Payer: j.Payer}})
	})
	q.Handle(jobScan, func(ctx context.Context, payload []byte) error {
		var j scanJob
		if err := json.Unmarshal(payload, &j); err != nil {
			return errors.Join(job.ErrGiveUp, err)
		}
		return s.scan(ctx, j.Project, j.Order, j.Code)
	})
	q.Handle(jobApply, func(ctx context.Context, payload []byte) error {
		var j noticeJob
		if err := json.Unmarshal(payload, &j); err != nil {
			return errors.Join(job.ErrGiveUp, err)
		}
		return s.applyNotice(ctx, j.Project, j.Notice)
	})
}

// announceLater has the channel told of an order, in the way that was asked for.
func (s *Service) announceLater(ctx context.Context, tx *db.Tx, project, order id.ID, in *NewOrder) error {
	phone := in.Phone
	if in.PayerCode != "" {
		return s.jobs.Enqueue(ctx, tx, jobScan, fmt.Sprintf("%s/%d/%d", jobScan, project, order), scanJob{project, order, in.PayerCode}, 0)
	}
	if phone != nil {
		return s.jobs.Enqueue(ctx, tx, jobPhone, fmt.Sprintf("%s/%d/%d", jobPhone, project, order), phoneJob{project, order, phone.Back, phone.Address, phone.Desk, phone.Who.App, phone.Who.Payer}, 0)
	}
	return s.jobs.Enqueue(ctx, tx, jobAnnounce, fmt.Sprintf("%s/%d/%d", jobAnnounce, project, order), orderJob{Project: project, Order: order}, 0)
}

func (s *Service) lookLater(ctx context.Context, tx *db.Tx, project, order id.ID, step int, after time.Duration) error {
	return s.jobs.Enqueue(ctx, tx, jobLook, fmt.Sprintf("%s/%d/%d/%d", jobLook, project, order, step), orderJob{project, order, step}, after)
}

func (s *Service) closeLater(ctx context.Context, tx *db.Tx, project, order id.ID, step int) error {
	return s.closeAfter(ctx, tx, project, order, step, 0)
}

func (s *Service) closeAfter(ctx context.Context, tx *db.Tx, project, order id.ID, step int, after time.Duration) error {
	return s.jobs.Enqueue(ctx, tx, jobClose, fmt.Sprintf("%s/%d/%d/%d", jobClose, project, order, step), orderJob{project, order, step}, after)
}

// applying is the job that applies a notice, once however often the channel
// repeats itself meanwhile.
func applying(project id.ID, n *Notice) job.Wanted {
	about := n.Trade.Transaction
	if b := n.Trade.Back; b != nil {
		about = b.Number + "/" + string(b.State)
	}
	return job.Wanted{Key: applyKey(project, n.Channel+"/"+about), Payload: noticeJob{project, n.ID}}
}

// applyKey is the key of the job that applies what a notice is about; all of a
// project begin alike.
func applyKey(project id.ID, about string) string {
	return fmt.Sprintf("%s/%d/%s", jobApply, project, about)
}
