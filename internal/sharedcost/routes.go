package sharedcost

import (
	"context"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}"
	route(w, "list-shared-costs", "GET", in+"/shared-costs", "列出公摊单", billing.PermRead, s.listAPI)
	route(w, "create-shared-cost", "POST", in+"/shared-costs", "新建公摊单：算出各户分摊，先不收", billing.PermRun, s.createAPI)
	route(w, "check-shared-weights", "POST", in+"/shared-weight-checks", "核对粘贴的房号和权重（不保存）", billing.PermRun, s.pasteAPI)
	route(w, "read-shared-cost", "GET", in+"/shared-costs/{shared}", "查看公摊单", billing.PermRead, s.readAPI)
	route(w, "list-shared-parts", "GET", in+"/shared-costs/{shared}/parts", "公摊单分到各户多少", billing.PermRead, s.partsAPI)
	route(w, "release-shared-cost", "POST", in+"/shared-costs/{shared}/release", "发布公摊单，成为各户的应收", billing.PermRelease, s.releaseAPI)
	route(w, "withdraw-shared-cost", "POST", in+"/shared-costs/{shared}/withdraw", "撤回公摊单（未收款时）", billing.PermRelease, s.withdrawAPI)
}

func route[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "billing", Permission: p}, h)
}
