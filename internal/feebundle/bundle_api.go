package feebundle

import (
	"context"
	"net/http"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
	"linli/internal/tariff"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const all, one, use = "/projects/{project}/bundles", "/projects/{project}/bundles/{bundle}", "/projects/{project}/bundle-uses/{bundle_use}"
	route(w, web.Op{ID: "list-bundles", Method: http.MethodGet, Path: all, Permission: tariff.PermRead, Summary: "列出费用套餐，新的在前"}, s.listAPI)
	route(w, web.Op{ID: "create-bundle", Method: http.MethodPost, Path: all, Permission: tariff.PermItem, Summary: "新建套餐：一起收的几项费用"}, s.createAPI)
	route(w, web.Op{ID: "read-bundle", Method: http.MethodGet, Path: one, Permission: tariff.PermRead, Summary: "查看套餐"}, s.readAPI)
	route(w, web.Op{ID: "edit-bundle", Method: http.MethodPut, Path: one, Permission: tariff.PermItem, Summary: "修改或停用套餐（整条提交）；已给出的房屋不随之改变"}, s.editAPI)
	route(w, web.Op{ID: "preview-bundle", Method: http.MethodPost, Path: one + "/previews", Permission: tariff.PermItem, Summary: "看把套餐给一些房屋，每项费用会怎样（不保存）"}, s.previewAPI)
	route(w, web.Op{ID: "give-bundle", Method: http.MethodPost, Path: one + "/uses", Permission: tariff.PermItem, Summary: "把套餐给一些房屋：已有的费用不动，缺的从起始日收"}, s.giveAPI)
	route(w, web.Op{ID: "list-bundle-uses", Method: http.MethodGet, Path: one + "/uses", Permission: tariff.PermRead, Summary: "套餐给过哪些房屋，新的在前"}, s.usesAPI)
	route(w, web.Op{ID: "list-bundle-gaps", Method: http.MethodGet, Path: one + "/gaps", Permission: tariff.PermRead, Summary: "给过套餐、但还没有套餐里后来加的费用的房屋"}, s.gapsAPI)
	route(w, web.Op{ID: "list-room-bundles", Method: http.MethodGet, Path: "/projects/{project}/rooms/{room}/bundles", Permission: tariff.PermRead, Summary: "一间房得到的套餐：没有撤销、没有到期的，新的在前"}, s.ofRoomAPI)
	route(w, web.Op{ID: "undo-bundle", Method: http.MethodPost, Path: use + "/undo", Permission: tariff.PermItem, Summary: "整次撤销给出的套餐；已出的账不变"}, s.undoAPI)
	route(w, web.Op{ID: "fill-bundle", Method: http.MethodPost, Path: use + "/fill", Permission: tariff.PermItem, Summary: "给这一次的房屋补上套餐里后来加的费用"}, s.fillAPI)
}

func route[I, O any](w *web.Server, op web.Op, h func(context.Context, actor.Actor, *I) (*O, error)) {
	op.Tag = "billing"
	web.Handle(w, op, h)
}

// PartFields are what people fill in of one item of a bundle.
type PartFields struct {
	Item     id.ID     `json:"item_id" doc:"费用项目"`
	Quantity money.Qty `json:"quantity,omitempty" minimum:"0" doc:"每户数量，万分之一，只用于按数量收的费用"`
	Amount   money.Fen `json:"amount,omitempty" minimum:"0" doc:"每户金额，分，只用于一次性费用"`
}

// BundleFields are what people fill in; exported because huma skips embedded
// unexported structs.
type BundleFields struct {
	Name  string       `json:"name" minLength:"1" maxLength:"40" doc:"套餐名称，如 新业主套餐"`
	Note  string       `json:"note,omitempty" maxLength:"200" doc:"给谁用的"`
	Parts []PartFields `json:"parts" minItems:"1" maxItems:"30" nullable:"false" doc:"一起收的费用，每项一次"`
}

func (f *BundleFields) bundle() Bundle {
	b := Bundle{Name: f.Name, Note: f.Note, Parts: make([]Part, len(f.Parts))}
	for i, p := range f.Parts {
		b.Parts[i] = Part(p)
	}
	return b
}

type bundlePartJSON struct {
	PartFields
	Name      string `json:"item_name"`
	Basis     string `json:"basis" doc:"怎么算，同费用项目"`
	State     string `json:"item_state" enum:"active,retired" doc:"费用项目在用、停用"`
	Price     string `json:"price" doc:"今天的单价，如 2.80 元/㎡·月；没有则空"`
	PriceNote string `json:"price_note" doc:"今天没有单价等要留意的，没有则空"`
}

type bundleJSON struct {
	ID      id.ID            `json:"id"`
	Name    string           `json:"name"`
	Note    string           `json:"note"`
	Parts   []bundlePartJSON `json:"parts" nullable:"false"`
	State   string           `json:"state" enum:"active,retired" doc:"在用、停用"`
	Uses    int              `json:"uses" doc:"给出过几次、没有撤销的"`
	Version int              `json:"version" doc:"修改和给出时原样带回"`
}

// bundles says of each part what the item is today.
func (s *Service) bundles(ctx context.Context, q db.Q, project id.ID, list []Bundle) ([]bundleJSON, error) {
	items, err := s.itemsOf(ctx, q, project)
	if err != nil {
		return nil, err
	}
	rates, err := s.tariff.AllRates(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := make([]bundleJSON, len(list))
	for i := range list {
		b := &list[i]
		out[i] = bundleJSON{ID: b.ID, Name: b.Name, Note: b.Note, State: b.state(), Uses: b.Uses, Version: b.Version, Parts: make([]bundlePartJSON, len(b.Parts))}
		for k, p := range b.Parts {
			item := items[p.Item]
			x := bundlePartJSON{PartFields: PartFields(p), Name: item.Name, Basis: string(item.Basis), State: "active"}
			if x.Price = priceText(&item, tariff.RateOn(rates[p.Item], s.today())); x.Price == "" && !item.Basis.Single() {
				x.PriceNote = "今天没有单价"
			}
			if !item.Active {
				x.State, x.PriceNote = "retired", "已停用，不再给出"
			}
			out[i].Parts[k] = x
		}
	}
	return out, nil
}

func (s *Service) itemsOf(ctx context.Context, q db.Q, project id.ID) (map[id.ID]tariff.Item, error) {
	list, err := s.tariff.Items(ctx, q, project)
	out := make(map[id.ID]tariff.Item, len(list))
	for _, i := range list {
		out[i.ID] = i
	}
	return out, err
}

type bundlesOut struct{ Body page.List[bundleJSON] }

func (s *Service) listAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	Text  string `query:"q" maxLength:"40" doc:"名称里的字"`
	State string `query:"state" enum:"active,retired" doc:"空为全部"`
}) (*bundlesOut, error) {
	q := s.db.Reader(ctx)
	l, err := s.Bundles(ctx, q, in.Project, Filter{in.Request, in.Text, in.State == "active", in.State == "retired"})
	if err != nil {
		return nil, err
	}
	rows, err := s.bundles(ctx, q, in.Project, l.Items)
	return &bundlesOut{page.List[bundleJSON]{Items: rows, Next: l.Next}}, err
}

type bundleIn struct {
	Project id.ID `path:"project"`
	Bundle  id.ID `path:"bundle"`
}

type bundleOut struct{ Body bundleJSON }

func (s *Service) readAPI(ctx context.Context, _ actor.Actor, in *bundleIn) (*bundleOut, error) {
	b, err := s.Bundle(ctx, s.db.Reader(ctx), in.Project, in.Bundle)
	return s.answer(ctx, in.Project, b, err)
}

func (s *Service) answer(ctx context.Context, project id.ID, b Bundle, err error) (*bundleOut, error) {
	if err != nil {
		return nil, err
	}
	rows, err := s.bundles(ctx, s.db.Reader(ctx), project, []Bundle{b})
	if err != nil {
		return nil, err
	}
	return &bundleOut{rows[0]}, nil
}

func (s *Service) createAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    BundleFields
}) (*bundleOut, error) {
	b, err := s.Create(ctx, who, in.Project, in.Body.bundle())
	return s.answer(ctx, in.Project, b, err)
}

func (s *Service) editAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Bundle  id.ID `path:"bundle"`
	Body    struct {
		BundleFields
		State   string `json:"state" enum:"active,retired" doc:"在用、停用"`
		Version int    `json:"version" doc:"读到的版本"`
	}
}) (*bundleOut, error) {
	b := in.Body.bundle()
	b.ID, b.Active, b.Version = in.Bundle, in.Body.State == "active", in.Body.Version
	b, err := s.Edit(ctx, who, in.Project, b)
	return s.answer(ctx, in.Project, b, err)
}
