# Where the conversion takes a word of the trade for one of computing, or the column lists know another.
import-field-store-code = 門店代碼
import-field-items = 維修項目
import-field-identity-kind = 客戶類型
import-field-birthday-kind = 生日類型
import-field-credit-code = 統一社會信用代碼
import-column-credit-code = 統一社會信用代碼
import-ask-store = 門店代碼「{ $code }」（{ $n } 行）是哪家店？
import-field-fleet-size = 台數
