package tariff

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// DiscountFields are what people fill in of a discount.
type DiscountFields struct {
	Scope  string     `json:"scope" enum:"project,building,room" doc:"范围：全项目、一栋楼、一间房；同一天只算范围最小的一条"`
	Target id.ID      `json:"target_id,omitempty" doc:"楼栋或房屋"`
	Kind   string     `json:"kind" enum:"percent,off,vacancy,ahead" doc:"按比例收、每月减固定金额、空置减收、一次缴多月优惠"`
	Keep   int64      `json:"keep,omitempty" minimum:"0" maximum:"9999" doc:"应收比例，万分之一；98 折为 9800"`
	Off    money.Fen  `json:"off,omitempty" minimum:"0" doc:"每整月减多少，分；只用于 kind=off"`
	Months int        `json:"months,omitempty" minimum:"0" maximum:"36" doc:"空置满几个月起算，或一次缴几个月"`
	Starts string     `json:"starts,omitempty" enum:"after,retro,approval" doc:"空置：满月后起、满月后追溯到空置日、批准日起"`
	Since  clock.Date `json:"from_date" doc:"从哪天起（含）；空置填空置的第一天"`
	Until  clock.Date `json:"until_date,omitempty" doc:"到哪天止（含），空为长期"`
	Reason string     `json:"reason" minLength:"2" maxLength:"200" doc:"原因，住户问起时照此解释"`
	Proof  string     `json:"proof,omitempty" maxLength:"200" doc:"证明或文号；空置优惠要有它或照片"`
}

// DiscountJSON is a discount in answers.
type DiscountJSON struct {
	ID     id.ID  `json:"id"`
	Item   id.ID  `json:"item_id"`
	Name   string `json:"item_name"`
	Target string `json:"target_label" doc:"范围的名称，如 3栋、3栋2单元1502"`
	DiscountFields
	Photos    int        `json:"photos" doc:"有几张照片"`
	Words     string     `json:"words" doc:"优惠内容，如 按 98% 收"`
	From      clock.Date `json:"effective_date" doc:"实际从哪天起优惠；批准前是按今天批准推算的"`
	State     string     `json:"state" enum:"asked,approved,refused,withdrawn" doc:"待批准、已批准、已退回、已撤回"`
	AskedBy   string     `json:"asked_by"`
	AskedAt   time.Time  `json:"asked_at"`
	DecidedBy string     `json:"decided_by" doc:"谁批的；还没批则为空"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	Note      string     `json:"note" doc:"批示"`
	Mine      bool       `json:"mine" doc:"是我提出的，不能自己批"`
	Version   int        `json:"version" doc:"批准、退回、截止时原样带回"`
}

func (s *Service) discountList(ctx context.Context, q db.Q, who actor.Actor, project id.ID, list []Discount) ([]DiscountJSON, error) {
	all, err := items(ctx, q, project)
	if err != nil {
		return nil, err
	}
	names := map[id.ID]string{}
	for i := range all {
		names[all[i].ID] = all[i].Name
	}
	scopes := make([]Assignment, len(list))
	for i := range list {
		scopes[i] = Assignment{Scope: list[i].Scope, Target: list[i].Target}
	}
	labels, err := s.assignmentList(ctx, q, project, scopes)
	if err != nil {
		return nil, err
	}
	ids := make([]id.ID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	photos, err := photosOf(ctx, q, project, ids)
	if err != nil {
		return nil, err
	}
	out := make([]DiscountJSON, len(list))
	for i := range list {
		out[i] = toDiscount(&list[i], who, names, labels[i].TargetLabel)
		out[i].Photos = len(photos[list[i].ID])
	}
	return out, nil
}

func toDiscount(d *Discount, who actor.Actor, names map[id.ID]string, target string) DiscountJSON {
	j := DiscountJSON{ID: d.ID, Item: d.Item, Name: names[d.Item], Target: target, Words: d.Words(), From: d.From, State: string(d.State),
		AskedBy: d.Asker, AskedAt: d.AskedAt.In(clock.Shanghai()), DecidedBy: d.Decided.Name, Note: d.Decided.Note,
		Mine: d.AskedBy == who.Account, Version: d.Version}
	j.DiscountFields = DiscountFields{string(d.Scope), d.Target, string(d.Kind), d.Keep, d.Off, d.Months, string(d.Starts), d.Since, d.Until, d.Reason, d.Proof}
	if !d.Decided.At.IsZero() {
		at := d.Decided.At.In(clock.Shanghai())
		j.DecidedAt = &at
	}
	return j
}

type listDiscountsIn struct {
	Project id.ID `path:"project"`
	page.Request
	State string `query:"state" enum:"asked,approved,refused,withdrawn" doc:"待批准、已批准、已退回、已撤回；空为全部"`
	Item  id.ID  `query:"item_id" doc:"只看一项费用"`
	Room  id.ID  `query:"room_id" doc:"只看给这间房的"`
}

type discountsOut struct{ Body page.List[DiscountJSON] }

func (s *Service) listDiscountsAPI(ctx context.Context, who actor.Actor, in *listDiscountsIn) (*discountsOut, error) {
	q := s.db.Reader(ctx)
	l, err := s.Discounts(ctx, q, in.Project, DiscountFilter{in.Request, DiscountState(in.State), in.Item, in.Room})
	if err != nil {
		return nil, err
	}
	rows, err := s.discountList(ctx, q, who, in.Project, l.Items)
	return &discountsOut{page.List[DiscountJSON]{Items: rows, Next: l.Next}}, err
}

type askDiscountIn struct {
	Project id.ID `path:"project"`
	Item    id.ID `path:"item"`
	Body    struct {
		DiscountFields
		Photos []id.ID `json:"photo_ids,omitempty" maxItems:"6" doc:"照片，先上传"`
	}
}

type discountOut struct{ Body DiscountJSON }

func (s *Service) askDiscountAPI(ctx context.Context, who actor.Actor, in *askDiscountIn) (*discountOut, error) {
	b := in.Body
	d := Discount{Item: in.Item, Scope: Scope(b.Scope), Target: b.Target, Kind: DiscountKind(b.Kind), Keep: b.Keep, Off: b.Off, Months: b.Months,
		Starts: Starts(b.Starts), Since: b.Since, Until: b.Until, Reason: b.Reason, Proof: b.Proof, Photos: b.Photos}
	return s.discountAnswer(ctx, who, in.Project, func(tx *db.Tx) (Discount, error) {
		return s.AskDiscount(ctx, tx, who, in.Project, d)
	})
}

type decideDiscountIn struct {
	Project  id.ID `path:"project"`
	Discount id.ID `path:"discount"`
	Body     struct {
		Note    string `json:"note,omitempty" maxLength:"200" doc:"批示；退回时必填"`
		Version int    `json:"version" doc:"读到的版本"`
	}
}

func (s *Service) approveDiscountAPI(ctx context.Context, who actor.Actor, in *decideDiscountIn) (*discountOut, error) {
	return s.discountAnswer(ctx, who, in.Project, func(tx *db.Tx) (Discount, error) {
		return s.Decide(ctx, tx, who, in.Project, in.Discount, true, in.Body.Note, in.Body.Version)
	})
}

func (s *Service) refuseDiscountAPI(ctx context.Context, who actor.Actor, in *decideDiscountIn) (*discountOut, error) {
	return s.discountAnswer(ctx, who, in.Project, func(tx *db.Tx) (Discount, error) {
		return s.Decide(ctx, tx, who, in.Project, in.Discount, false, in.Body.Note, in.Body.Version)
	})
}

type withdrawDiscountIn struct {
	Project  id.ID `path:"project"`
	Discount id.ID `path:"discount"`
	Body     struct {
		Version int `json:"version" doc:"读到的版本"`
	}
}

func (s *Service) withdrawDiscountAPI(ctx context.Context, who actor.Actor, in *withdrawDiscountIn) (*discountOut, error) {
	return s.discountAnswer(ctx, who, in.Project, func(tx *db.Tx) (Discount, error) {
		return s.WithdrawDiscount(ctx, tx, who, in.Project, in.Discount, in.Body.Version)
	})
}

type endDiscountIn struct {
	Project  id.ID `path:"project"`
	Discount id.ID `path:"discount"`
	Body     struct {
		Until   clock.Date `json:"until_date" doc:"优惠到哪天止（含）；早于起始日等于作废"`
		Version int        `json:"version" doc:"读到的版本"`
	}
}

func (s *Service) endDiscountAPI(ctx context.Context, who actor.Actor, in *endDiscountIn) (*discountOut, error) {
	return s.discountAnswer(ctx, who, in.Project, func(tx *db.Tx) (Discount, error) {
		return s.EndDiscount(ctx, tx, who, in.Project, in.Discount, in.Body.Until, in.Body.Version)
	})
}

func (s *Service) discountAnswer(ctx context.Context, who actor.Actor, project id.ID, fn func(tx *db.Tx) (Discount, error)) (*discountOut, error) {
	out := &discountOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		d, err := fn(tx)
		if err != nil {
			return err
		}
		list, err := s.discountList(ctx, tx, who, project, []Discount{d})
		if err == nil {
			out.Body = list[0]
		}
		return err
	})
	return out, err
}
