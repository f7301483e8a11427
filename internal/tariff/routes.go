package tariff

import (
	"context"

	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}"
	honour(w, "list-items", "GET", in+"/items", "列出费用项目", PermRead, s.listItemsAPI)
	route(w, "create-item", "POST", in+"/items", "新建费用项目", PermItem, s.createItemAPI)
	route(w, "read-item", "GET", in+"/items/{item}", "查看费用项目", PermRead, s.readItemAPI)
	route(w, "edit-item", "PUT", in+"/items/{item}", "修改或停用费用项目（整条提交）", PermItem, s.editItemAPI)
	route(w, "list-rates", "GET", in+"/items/{item}/rates", "列出一项费用的历次单价", PermRead, s.listRatesAPI)
	route(w, "add-rate", "POST", in+"/items/{item}/rates", "录入从某天起执行的单价", PermItem, s.addRateAPI)
	route(w, "list-assignments", "GET", in+"/items/{item}/assignments", "列出一项费用的收费范围", PermRead, s.listAssignmentsAPI)
	route(w, "assign-item", "POST", in+"/items/{item}/assignments", "设置收费范围", PermItem, s.assignAPI)
	route(w, "preview-assignment", "POST", in+"/items/{item}/assignment-previews", "看一条收费范围命中多少户（不保存）", PermItem, s.previewAPI)
	route(w, "end-assignment", "POST", in+"/assignments/{assignment}/end", "设置收费范围的截止日", PermItem, s.endAssignmentAPI)
	route(w, "check-formula", "POST", in+"/formula-checks", "检查公式，并用一间房试算", PermItem, s.checkFormulaAPI)

	route(w, "list-discounts", "GET", in+"/discounts", "列出优惠减免", PermRead, s.listDiscountsAPI)
	route(w, "ask-discount", "POST", in+"/items/{item}/discounts", "提出一条优惠减免，批准后才生效", PermItem, s.askDiscountAPI)
	route(w, "approve-discount", "POST", in+"/discounts/{discount}/approve", "批准优惠（提出人不能自己批）", PermDiscount, s.approveDiscountAPI)
	route(w, "refuse-discount", "POST", in+"/discounts/{discount}/refuse", "退回优惠", PermDiscount, s.refuseDiscountAPI)
	route(w, "withdraw-discount", "POST", in+"/discounts/{discount}/withdraw", "撤回还没批的优惠", PermItem, s.withdrawDiscountAPI)
	web.Handle(w, web.Op{ID: "add-discount-photo", Method: "POST", Path: in + "/discount-photos", Summary: "上传优惠所依据的照片，再在提出优惠时带上它的编号", Tag: "billing",
		Permission: PermItem, MaxBody: file.MaxPhoto + 1<<20}, s.addPhotoAPI)
	route(w, "read-discount-photo", "GET", in+"/discounts/{discount}/photos/{no}", "优惠所依据的照片", PermRead, s.photoAPI)
	route(w, "end-discount", "POST", in+"/discounts/{discount}/end", "设置优惠的截止日", PermItem, s.endDiscountAPI)
}

// honour is route for what answers only about the buildings that a right is
// limited to.
func honour[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "billing", Permission: p, Buildings: true}, h)
}

func route[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "billing", Permission: p}, h)
}
