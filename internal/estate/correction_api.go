package estate

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
)

func (s *Service) correctionRoutes(w *web.Server) {
	const in = "/projects/{project}/corrections"
	honour(w, "list-corrections", "GET", in, "列出更正申请", PermRead, s.listCorrectionsAPI)
	honour(w, "ask-correction", "POST", in, "登记一条更正申请", PermAsk, s.askCorrectionAPI)
	honour(w, "decide-correction", "POST", in+"/{correction}/decision", "批准更正申请（资料随之更正）或退回", PermCorrect, s.decideCorrectionAPI)
}

// CorrectionFields are what is recorded of a request.
type CorrectionFields struct {
	Kind    string `json:"kind" enum:"person,room" doc:"更正住户还是房屋的资料"`
	Subject id.ID  `json:"subject_id" doc:"住户或房屋"`
	Field   string `json:"field" enum:"name,phone,id_number,email,gender,area,inner_area,floor,layout,state,handover" doc:"哪一项；前五项是住户的，其余是房屋的"`
	New     string `json:"new_value" minLength:"1" maxLength:"254" doc:"应改成什么：面积 89.50，日期 2026-02-03，状态和性别写代码；答复里手机号和证件号打码"`
	AskedBy string `json:"asked_by" minLength:"1" maxLength:"60" doc:"谁提出的"`
	Way     string `json:"way" enum:"visit,phone,message,letter,staff" doc:"到访、电话、微信或短信、书面、员工发现"`
	Reason  string `json:"reason" minLength:"2" maxLength:"200" doc:"为什么"`
}

type correctionJSON struct {
	ID id.ID `json:"id"`
	CorrectionFields
	Label     string     `json:"label" doc:"住户姓名或房屋全称"`
	Old       string     `json:"old_value" doc:"申请时登记的内容，手机号和证件号打码"`
	State     string     `json:"state" enum:"open,approved,refused" doc:"待处理、已更正、已退回"`
	Note      string     `json:"note" doc:"处理的依据"`
	By        string     `json:"created_by" doc:"登记的员工"`
	At        time.Time  `json:"created_at"`
	DecidedBy string     `json:"decided_by"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	Version   int        `json:"version" doc:"处理时原样带回"`
}

func toCorrection(c Correction) correctionJSON {
	out := correctionJSON{ID: c.ID, CorrectionFields: CorrectionFields{c.Kind, c.Subject, c.Field, c.New, c.AskedBy, c.Way, c.Reason},
		Label: c.Label, Old: c.Old, State: c.State, Note: c.Note, By: c.By, At: c.At.In(clock.Shanghai()), DecidedBy: c.DecidedBy, Version: c.Version}
	if !c.DecidedAt.IsZero() {
		at := c.DecidedAt.In(clock.Shanghai())
		out.DecidedAt = &at
	}
	return out
}

type correctionsOut struct{ Body page.List[correctionJSON] }

func (s *Service) listCorrectionsAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	State   string `query:"state" enum:"open,approved,refused" doc:"待处理、已更正、已退回"`
	Kind    string `query:"kind" enum:"person,room" doc:"住户或房屋"`
	Subject id.ID  `query:"subject_id" doc:"哪个住户或房屋"`
}) (*correctionsOut, error) {
	l, err := s.Corrections(ctx, s.db.Reader(ctx), in.Project, CorrectionFilter{in.Request, in.State, in.Kind, in.Subject, who.Within(PermRead, in.Project)})
	return &correctionsOut{page.List[correctionJSON]{Items: each(l.Items, toCorrection), Next: l.Next}}, err
}

type correctionOut struct{ Body correctionJSON }

func (s *Service) askCorrectionAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    CorrectionFields
}) (*correctionOut, error) {
	var c Correction
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		b := in.Body
		if within := who.Within(PermAsk, in.Project); b.Kind == TagRoom {
			err = s.reachRooms(ctx, tx, in.Project, []id.ID{b.Subject}, within)
		} else { // asking changes nothing yet, so it may be about somebody who lives elsewhere, too
			_, err = s.PersonWithin(ctx, tx, in.Project, b.Subject, within)
		}
		if err != nil {
			return err
		}
		c, err = s.AskCorrection(ctx, tx, who, in.Project, Correction{Kind: b.Kind, Subject: b.Subject, Field: b.Field, New: b.New,
			AskedBy: b.AskedBy, Way: b.Way, Reason: b.Reason})
		return err
	})
	return &correctionOut{toCorrection(c)}, err
}

func (s *Service) decideCorrectionAPI(ctx context.Context, who actor.Actor, in *struct {
	Project    id.ID `path:"project"`
	Correction id.ID `path:"correction"`
	Body       struct {
		Approve bool   `json:"approve" doc:"true 批准，资料随之更正；false 退回"`
		Note    string `json:"note" minLength:"2" maxLength:"200" doc:"处理的依据"`
		Version int    `json:"version" doc:"读到的版本"`
	}
}) (*correctionOut, error) {
	var c Correction
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		c, err = s.DecideCorrection(ctx, tx, who, in.Project, in.Correction, in.Body.Version, in.Body.Approve, in.Body.Note)
		return err
	})
	return &correctionOut{toCorrection(c)}, err
}
