package expense

import (
	"net/http"

	"linli/internal/kit/export"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const categories, docs, one = "/projects/{project}/expense-categories", "/projects/{project}/expenses", "/projects/{project}/expenses/{expense}"
	web.Handle(w, web.Op{ID: "expense-categories", Method: http.MethodGet, Path: categories, Tag: "expense",
		Permission: PermRead, Summary: "支出和公共收益的类别"}, s.apiCategories)
	web.Handle(w, web.Op{ID: "expense-category-add", Method: http.MethodPost, Path: categories, Tag: "expense", Status: http.StatusCreated,
		Permission: PermApprove, Summary: "新建类别，定记入哪个科目"}, s.apiAddCategory)
	web.Handle(w, web.Op{ID: "expense-category-common", Method: http.MethodPost, Path: "/projects/{project}/expense-category-sets", Tag: "expense",
		Permission: PermApprove, Summary: "添加常用类别，已有同名的跳过"}, s.apiAddCommon)
	web.Handle(w, web.Op{ID: "expense-category-edit", Method: http.MethodPatch, Path: categories + "/{category}", Tag: "expense",
		Permission: PermApprove, Summary: "改类别的名称，停用或启用"}, s.apiEditCategory)
	web.Handle(w, web.Op{ID: "expense-list", Method: http.MethodGet, Path: docs, Tag: "expense",
		Permission: PermRead, Summary: "支出单，新的在前"}, s.apiList)
	web.Handle(w, web.Op{ID: "expense-enter", Method: http.MethodPost, Path: docs, Tag: "expense", Status: http.StatusCreated,
		Permission: PermWrite, Summary: "录入支出，等别人批准后记账"}, s.apiEnter)
	web.Handle(w, web.Op{ID: "expense-attach", Method: http.MethodPost, Path: "/projects/{project}/expense-files", Tag: "expense", Status: http.StatusCreated,
		Permission: PermWrite, Summary: "上传发票、合同等附件，随后录入时引用"}, s.apiAttach)
	web.Handle(w, web.Op{ID: "expense-one", Method: http.MethodGet, Path: one, Tag: "expense",
		Permission: PermRead, Summary: "一张支出单"}, s.apiOne)
	web.Handle(w, web.Op{ID: "expense-file", Method: http.MethodGet, Path: one + "/file", Tag: "expense",
		Permission: PermRead, Summary: "下载支出单的附件"}, s.apiFile)
	web.Handle(w, web.Op{ID: "expense-decide", Method: http.MethodPost, Path: one + "/decision", Tag: "expense",
		Permission: PermApprove, Summary: "批准别人录的支出并记账，或退回"}, s.apiDecide)
	web.Handle(w, web.Op{ID: "expense-withdraw", Method: http.MethodPost, Path: one + "/withdraw", Tag: "expense",
		Permission: PermWrite, Summary: "撤回自己录的、还没批的支出"}, s.apiWithdraw)
	web.Handle(w, web.Op{ID: "expense-void", Method: http.MethodPost, Path: one + "/void", Tag: "expense",
		Permission: PermApprove, Summary: "红冲已记账的支出，开红冲单，今天记账"}, s.apiVoid)
}

// Exports are the lists of the room that can be taken out as tables.
func (s *Service) Exports() []export.Offer { return []export.Offer{s.offer()} }
