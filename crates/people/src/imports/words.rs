//! The synonyms by which columns are known: simplified, traditional, English. Data, not logic.

use super::field::{Field, Kind};

use Field::*;
use Kind::{Customers, Deliveries, RepairOrders};

const ALL: &[Kind] = &[RepairOrders, Deliveries, Customers];
const VISITS: &[Kind] = &[RepairOrders];
const SALES: &[Kind] = &[Deliveries];
const FILES: &[Kind] = &[Customers];

type Entry = (Field, &'static [Kind], &'static [&'static str]);

/// Compared after [`super::columns::normal`]: no blanks, marks, units; lower case.
#[rustfmt::skip]
const TABLE: &[Entry] = &[
    (Number, VISITS, &["工单号", "工单编号", "工单", "委托书号", "委托单号", "施工单号", "结算单号", "维修单号", "维修工单号", "单据号", "单号", "流水号", "业务单号",
        "工單號", "工單編號", "委託書號", "結算單號", "維修單號", "單據號", "流水號", "rono", "ro", "ronumber", "orderno", "ordernumber", "repairorder", "repairorderno", "wono", "jobno", "invoiceno"]),
    (StoreCode, &[RepairOrders, Deliveries, Customers], &["门店", "门店代码", "门店编码", "店代码", "店别", "分店", "服务站", "服务站代码", "经销商", "经销商代码", "网点", "網點", "門店", "門店代碼", "分公司",
        "經銷商代碼", "store", "storecode", "storeid", "dealer", "dealercode", "branch", "shop", "site"]),
    (OpenedAt, VISITS, &["开单时间", "开单日期", "进厂时间", "进厂日期", "入厂时间", "入厂日期", "接车时间", "接车日期", "来店时间", "送修时间", "送修日期", "登记时间", "報修時間",
        "開單時間", "開單日期", "進廠時間", "進廠日期", "接車時間", "opendate", "opentime", "openedat", "opendatetime", "datein", "checkin", "checkindate", "arrivaldate", "rodate"]),
    (SettledAt, VISITS, &["结算时间", "结算日期", "出厂时间", "出厂日期", "交车时间", "完工时间", "完工日期", "竣工时间", "竣工日期", "收款时间", "收款日期", "结清时间", "離廠時間", "离厂时间", "离厂日期",
        "結算時間", "結算日期", "出廠時間", "出廠日期", "完工時間", "closedate", "closetime", "closedat", "closeddate", "settledat", "settledate", "invoicedate", "dateout", "checkout", "completiondate"]),
    (WorkType, VISITS, &["业务类别", "业务类型", "维修类型", "维修类别", "工单类型", "作业类型", "服务类型", "修理类别", "業務類別", "維修類型", "維修類別", "工單類型", "worktype", "jobtype", "rotype", "servicetype", "ordertype"]),
    (Owner, ALL, &["客户名称", "客户姓名", "客户", "车主", "车主姓名", "车主名称", "姓名", "顾客姓名", "顾客", "用户名称", "用户姓名", "客戶名稱", "客戶姓名", "客戶", "車主", "車主姓名", "顧客姓名", "購車人",
        "购车人", "购车客户", "机主", "custname", "customername", "customer", "clientname", "client", "owner", "ownername", "name", "fullname", "buyer"]),
    (Visitor, VISITS, &["送修人", "送修人姓名", "送车人", "来店人", "联系人", "联系人姓名", "報修人", "报修人", "送車人", "聯絡人", "聯繫人", "visitor", "broughtby", "contactname", "contact", "deliverer", "driver"]),
    (Phone, ALL, &["联系电话", "电话", "手机", "手机号", "手机号码", "移动电话", "联系方式", "电话号码", "联系手机", "聯絡電話", "聯繫電話", "電話", "手機", "手機號碼", "行動電話",
        "mobile", "phone", "phoneno", "mobileno", "mobilephone", "phonenumber", "mobilenumber", "tel", "telephone", "cell", "cellphone", "contactno", "contactphone"]),
    (OwnerPhone, &[RepairOrders, Deliveries], &["车主电话", "车主手机", "车主手机号", "车主联系电话", "客户电话", "客户手机", "客户联系电话", "車主電話", "車主手機", "客戶電話", "客戶手機", "ownerphone", "ownermobile", "custphone", "custmobile", "customerphone", "customermobile"]),
    (VisitorPhone, VISITS, &["送修人电话", "送修人手机", "送修人联系电话", "送修电话", "联系人电话", "联系人手机", "送修人電話", "送修人手機", "聯絡人電話", "visitorphone", "visitormobile", "contactmobile"]),
    (OtherPhone, FILES, &["备用电话", "其他电话", "电话2", "手机2", "第二电话", "固定电话", "固话", "家庭电话", "办公电话", "備用電話", "其他電話", "固定電話", "otherphone", "phone2", "mobile2", "altphone", "homephone", "officephone", "landline"]),
    (Plate, ALL, &["车牌号", "车牌", "车牌号码", "牌照号", "牌照", "牌照号码", "号牌", "号牌号码", "車牌號", "車牌", "車牌號碼", "牌照號", "牌照號碼", "plateno", "plate", "platenumber", "licenseplate", "licenceplate", "licenseno", "regno", "registrationno", "lpn"]),
    (Vin, ALL, &["车架号", "底盘号", "车架号码", "底盘号码", "车辆识别代号", "车辆识别码", "识别代码", "vin码", "vin号", "vin", "車架號", "底盤號", "車身號碼", "車輛識別碼", "車架號碼", "出厂编号", "vinno", "vincode", "chassis", "chassisno", "chassisnumber", "frameno"]),
    (Brand, ALL, &["品牌", "车辆品牌", "厂牌", "廠牌", "車輛品牌", "brand", "make"]),
    (Series, ALL, &["车系", "車系", "系列", "车系名称", "series", "carline", "modelline"]),
    (Model, ALL, &["车型", "车型名称", "型号", "车辆型号", "配置", "車型", "車型名稱", "型號", "model", "modelname", "vehiclemodel", "cartype"]),
    (Colour, SALES, &["颜色", "车身颜色", "外观颜色", "外色", "顏色", "車身顏色", "color", "colour", "exteriorcolor", "exteriorcolour"]),
    (Mileage, VISITS, &["行驶里程", "里程", "里程数", "公里数", "进厂里程", "当前里程", "表显里程", "行駛里程", "里程數", "公里數", "進廠里程", "mileage", "odometer", "odo", "km", "kilometers", "kilometres", "mileagekm"]),
    (Estimate, VISITS, &["预估金额", "预估费用", "估价", "报价", "报价金额", "预估", "预计金额", "预计费用", "預估金額", "預估費用", "估價", "報價", "estimate", "estimatedamount", "quote", "quotedamount"]),
    (Amount, VISITS, &["应收金额", "应收", "实收金额", "结算金额", "总计", "总金额", "金额", "合计金额", "费用合计", "维修金额", "總計", "總金額", "金額", "應收金額", "實收金額", "結算金額", "amount", "total", "totalamount", "receivable", "invoiceamount", "amountdue"]),
    (Labour, VISITS, &["工时费", "工时金额", "工费", "工时费用", "工時費", "工資", "labour", "labor", "labouramount", "laboramount", "laborfee", "labourfee"]),
    (Parts, VISITS, &["材料费", "配件费", "零件费", "配件金额", "材料金额", "备件费", "材料費", "零件費", "配件費", "parts", "partsamount", "partsfee", "material", "materials"]),
    (Advisor, VISITS, &["服务顾问", "接待员", "接车人", "接待", "接待人", "服务接待", "维修顾问", "业务接待", "服務顧問", "接待員", "接車人", "sa", "advisor", "adviser", "serviceadvisor", "serviceadviser", "saname"]),
    (Items, VISITS, &["维修项目", "维修内容", "项目", "作业项目", "施工项目", "服务项目", "故障描述", "维修描述", "維修項目", "維修內容", "項目", "作業項目", "jobdesc", "items", "jobs", "jobdescription", "description", "work", "operations", "services"]),
    (Appointment, VISITS, &["是否预约", "预约", "预约标志", "是否預約", "預約", "appointment", "booked", "isappointment", "reservation"]),
    (Status, VISITS, &["状态", "工单状态", "单据状态", "结算状态", "是否作废", "作废", "作废标志", "狀態", "工單狀態", "status", "rostatus", "orderstatus", "state"]),
    (DeliveredOn, SALES, &["交车日期", "交车时间", "交付日期", "提车日期", "提车时间", "交車日期", "交車時間", "交付時間", "提車日期", "deliverydate", "deliveredon", "delivereddate", "handoverdate"]),
    (IdentityKind, &[Deliveries, Customers], &["身份", "客户类型", "客户性质", "车主类型", "客户类别", "车主性质", "客戶類型", "車主類型", "identity", "customertype", "custtype", "ownertype"]),
    (Consultant, SALES, &["销售顾问", "销售", "销售员", "销售人员", "業務員", "銷售顧問", "業務代表", "consultant", "salesconsultant", "salesperson", "sales", "seller"]),
    (Price, SALES, &["成交价", "成交价格", "售价", "车价", "开票价", "开票金额", "裸车价", "成交價", "售價", "車價", "price", "saleprice", "dealprice", "transactionprice"]),
    (Code, &[Customers, Deliveries], &["客户编号", "客户号", "客户代码", "客户编码", "会员号", "会员编号", "档案号", "客戶編號", "客戶代碼", "會員編號", "custno", "customerno", "customerid", "custid", "customercode", "custcode", "memberno", "clientid"]),
    (Gender, FILES, &["性别", "称谓", "性別", "稱謂", "gender", "sex", "title"]),
    (Birthday, FILES, &["生日", "出生日期", "出生年月日", "出生年月", "birthday", "birthdate", "dateofbirth", "dob"]),
    (BirthdayKind, FILES, &["生日类型", "生日类别", "历法", "生日類型", "曆法", "birthdaytype", "birthdaykind", "calendar"]),
    (Region, FILES, &["地区", "区域", "所在地", "所在地区", "地址", "联系地址", "住址", "省市区", "地區", "區域", "聯絡地址", "region", "area", "address", "district", "city"]),
    (PreferredChannel, FILES, &["首选联系方式", "联系偏好", "偏好方式", "首選聯絡方式", "首選聯繫方式", "preferredchannel", "contactpreference", "preferredcontact"]),
    (PreferredTime, FILES, &["首选时间", "方便时间", "联系时间", "首选联系时间", "首選時間", "方便時間", "preferredtime", "besttime", "contacttime"]),
    (PurchasedOn, FILES, &["购车日期", "购车时间", "购买日期", "上牌日期", "購車日期", "購買日期", "purchasedate", "purchasedon", "dateofpurchase", "saledate"]),
    (Source, &[Customers, Deliveries], &["来源", "客户来源", "渠道", "信息来源", "來源", "客戶來源", "source", "leadsource", "channel"]),
    (Organisation, FILES, &["单位名称", "单位", "公司名称", "公司", "企业名称", "單位名稱", "公司名稱", "企業名稱", "organisation", "organization", "company", "companyname"]),
    (CreditCode, FILES, &["统一社会信用代码", "信用代码", "税号", "纳税人识别号", "統一編號", "統一社會信用代碼", "稅號", "creditcode", "taxno", "taxid", "uscc"]),
    (Contact, FILES, &["联系人", "联系人姓名", "聯絡人", "聯繫人", "contact", "contactname", "contactperson"]),
    (ContactRole, FILES, &["职务", "职位", "岗位", "職務", "職位", "role", "position", "jobtitle"]),
    (FleetSize, FILES, &["台数", "车辆数", "保有量", "台數", "車輛數", "fleetsize", "vehicles", "units"]),
    (Note, ALL, &["备注", "说明", "附注", "備註", "說明", "note", "notes", "remark", "remarks", "comment", "memo"]),
];

/// Columns that never hold a field, so that nothing is guessed from a part of their name.
pub(super) const NEVER: &[&str] =
    &["序号", "行号", "序號", "编号", "no", "seq", "index", "rowno", "打印次数", "操作员", "制表人"];

pub(super) fn of(kind: Kind) -> impl Iterator<Item = (Field, &'static [&'static str])> {
    TABLE.iter().filter(move |(_, kinds, _)| kinds.contains(&kind)).map(|(field, _, words)| (*field, *words))
}

/// Every field that a column of this kind can be mapped to, in the order of the choice list.
pub fn fields_of(kind: Kind) -> impl Iterator<Item = Field> {
    of(kind).map(|(field, _)| field)
}

pub(super) fn fields() -> impl Iterator<Item = Field> {
    TABLE.iter().map(|(field, _, _)| *field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::columns::normal;
    use std::collections::BTreeMap;

    /// One word, two fields of a kind: nobody could tell which.
    #[test]
    fn 同义词_已规范且不重复() {
        for kind in Kind::ALL {
            let mut seen = BTreeMap::new();
            for (field, words) in of(kind) {
                for word in words {
                    assert_eq!(&normal(word), word, "{word} is not in normal form");
                    assert_eq!(seen.insert(*word, field), None, "{kind:?}: {word}");
                }
            }
        }
    }
}
